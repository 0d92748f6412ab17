using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

/// <summary>Every operation: the variants that its code tells apart, to be differentiated, and what it refuses.</summary>
static class OpTable
{
    static IEnumerable<(OpCase[] Cases, Refusal[] Refusals)> Rows =>
    [
        (ElementwiseTests.Cases, ElementwiseTests.Refusals),
        (ArithmeticExactTests.Cases, ArithmeticExactTests.Refusals),
        (ActivationTests.Cases, []),
        (WhereTests.Cases, WhereTests.Refusals),
        (ReduceTests.Cases, ReduceTests.Refusals),
        (NormTests.Cases, NormTests.Refusals),
        (ViewsTests.Cases, ViewsTests.Refusals),
        (SliceTests.Cases, SliceTests.Refusals),
        (IndexingTests.Cases, IndexingTests.Refusals),
        (SplitTests.Cases, SplitTests.Refusals),
        (PadTests.Cases, PadTests.Refusals),
        (FlipTests.Cases, FlipTests.Refusals),
        (TileTests.Cases, TileTests.Refusals),
        (GatherTests.Cases, GatherTests.Refusals),
        (ScatterTests.Cases, ScatterTests.Refusals),
        (CumSumTests.Cases, CumSumTests.Refusals),
        (ArgSortTests.Cases, ArgSortTests.Refusals),
        (FunctionsTests.Cases, FunctionsTests.Refusals),
        (GeluTests.Cases, GeluTests.Refusals),
        (VarianceTests.Cases, VarianceTests.Refusals),
        (ProductTests.Cases, ProductTests.Refusals),
        (MaskedTests.Cases, MaskedTests.Refusals),
        ([], ComparisonTests.Refusals),
        (PermuteTests.Cases, PermuteTests.Refusals),
        (GatherRowsTests.Cases, GatherRowsTests.Refusals),
        (MatMulTests.Cases, MatMulTests.Refusals),
        (LinearTests.Cases, LinearTests.Refusals),
        (Conv2dTests.Cases, Conv2dTests.Refusals),
        (ConvTranspose2dTests.Cases, ConvTranspose2dTests.Refusals),
        (Pool2dTests.Cases, Pool2dTests.Refusals),
        (Upsample2xTests.Cases, Upsample2xTests.Refusals),
        (Downsample2xTests.Cases, Downsample2xTests.Refusals),
        (Rotate90Tests.Cases, Rotate90Tests.Refusals),
        ([], GatherImagesTests.Refusals),
        ([], OneHotTests.Refusals),
        (BatchNormTests.Cases, BatchNormTests.Refusals),
        (SyncBatchNormTests.Cases, SyncBatchNormTests.Refusals),
        (SumOverRanksTests.Cases, SumOverRanksTests.Refusals),
        (SpectralNormTests.Cases, SpectralNormTests.Refusals),
        (SoftmaxTests.Cases, SoftmaxTests.Refusals),
        (CrossEntropyTests.Cases, CrossEntropyTests.Refusals),
        (HingeTests.Cases, HingeTests.Refusals),
        (CustomTests.Cases, CustomTests.Refusals),
        (RawTests.Cases, RawTests.Refusals),
        (MapTests.Cases, MapTests.Refusals),
    ];

    public static IEnumerable<OpCase> Cases => Rows.SelectMany(static row => row.Cases);

    public static IEnumerable<Refusal> Refusals => Rows.SelectMany(static row => row.Refusals);
}
