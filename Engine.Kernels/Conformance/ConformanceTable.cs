namespace Ssgan.Engine.Kernels.Conformance;

/// <summary>
/// Every primitive's cases, in one table that is run three ways: the CPU against naive loops, CUDA on the emulated device against
/// the CPU, and CUDA on a real card against the CPU.
/// </summary>
public static class ConformanceTable
{
    /// <summary>All cases.</summary>
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        .. AdamCases.All,
        .. ArgMaxCases.All,
        .. ArgSortCases.All,
        .. ArithmeticExactCases.All,
        .. BatchNormBackwardCases.All,
        .. BatchNormCases.All,
        .. CastCases.All,
        .. CompareCases.All,
        .. CompensatedSumCases.All,
        .. Conv2dCases.All,
        .. CrossEntropyCases.All,
        .. CumSumCases.All,
        .. ElementwiseCases.All,
        .. GatherCases.All,
        .. GatherImagesCases.All,
        .. GradientNormCases.All,
        .. HingeCases.All,
        .. LinearCases.All,
        .. LinearDecayCases.All,
        .. MatMulCases.All,
        .. MaxPool2dCases.All,
        .. MovementCases.All,
        .. PermuteCases.All,
        .. Pool2dCases.All,
        .. RandomCases.All,
        .. ReduceCases.All,
        .. ReduceExactCases.All,
        .. Rotate90Cases.All,
        .. ScatterCases.All,
        .. SpectralNormCases.All,
        .. Upsample2xCases.All,
    ];
}
