using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

/// <summary>Every differentiable operation, with the variants that its code tells apart.</summary>
static class OpTable
{
    public static IEnumerable<OpCase> Cases =>
    [
        .. ElementwiseTests.Cases, .. ActivationTests.Cases, .. ReduceTests.Cases, .. NormTests.Cases, .. ViewsTests.Cases,
        .. SliceTests.Cases, .. PermuteTests.Cases, .. GatherRowsTests.Cases, .. MatMulTests.Cases, .. LinearTests.Cases,
        .. Conv2dTests.Cases, .. Pool2dTests.Cases, .. Upsample2xTests.Cases, .. Rotate90Tests.Cases,
        .. BatchNormTests.Cases, .. SpectralNormTests.Cases, .. CrossEntropyTests.Cases, .. HingeTests.Cases,
    ];

    public static IEnumerable<Refusal> Refusals =>
    [
        .. ElementwiseTests.Refusals, .. ReduceTests.Refusals, .. NormTests.Refusals, .. ViewsTests.Refusals,
        .. SliceTests.Refusals, .. PermuteTests.Refusals, .. GatherRowsTests.Refusals, .. MatMulTests.Refusals,
        .. LinearTests.Refusals, .. Conv2dTests.Refusals, .. Pool2dTests.Refusals, .. Upsample2xTests.Refusals,
        .. Rotate90Tests.Refusals, .. GatherImagesTests.Refusals, .. BatchNormTests.Refusals, .. SpectralNormTests.Refusals,
        .. CrossEntropyTests.Refusals, .. HingeTests.Refusals,
    ];
}
