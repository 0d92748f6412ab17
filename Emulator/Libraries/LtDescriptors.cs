using Ssgan.Engine.Kernels;

namespace Ssgan.Emulator;

sealed class LtHandle : DriverObject
{
    public override string Kind => "cuBLASLt handle";
}

/// <summary>What is multiplied how, and what is done to the result.</summary>
sealed class LtOperation : DriverObject
{
    public const int Relu = 2, Bias = 4, ReluBias = 6;

    public override string Kind => "matmul descriptor";
    public int Compute { get; init; }
    public bool TransposeA { get; set; }
    public bool TransposeB { get; set; }
    public bool DeviceScalars { get; set; }
    public int Epilogue { get; set; } = 1;
    public nint BiasAddress { get; set; }

    /// <summary>Null: the result's.</summary>
    public DType? BiasType { get; set; }

    public bool AddsBias => Epilogue is Bias or ReluBias;
    public bool HasRelu => Epilogue is Relu or ReluBias;
}

/// <summary>A matrix: columns a leading dimension apart, or rows where it is row-major.</summary>
sealed class LtLayout : DriverObject
{
    public override string Kind => "matrix layout";
    public DType Type { get; init; }
    public long Rows { get; init; }
    public long Columns { get; init; }
    public long Leading { get; init; }
    public bool IsRowMajor { get; set; }
}

/// <summary>What an algorithm may use; as the library starts out.</summary>
sealed class LtPreference : DriverObject
{
    public const int AlignmentOfA = 5, Operands = 4;

    public override string Kind => "matmul preference";
    public long MaxWorkspaceBytes { get; set; }
    public int ReductionSchemes { get; set; } = 7;

    /// <summary>Of A, B, C and D.</summary>
    public int[] Alignments { get; } = [256, 256, 256, 256];
}

/// <summary>The ways to multiply that this machine knows. One is preferred before the next where it is allowed.</summary>
/// <param name="Id">Its number.</param>
/// <param name="WorkspaceBytes">What it needs, and overwrites.</param>
/// <param name="Alignment">What it asks of all addresses, in bytes; 0: the element's size.</param>
/// <param name="Reduction">The bit of the scheme by which it adds parts of sums, or 0.</param>
sealed record LtAlgorithm(int Id, int WorkspaceBytes, int Alignment, int Reduction)
{
    public const int InOutputType = 4;

    public static IReadOnlyList<LtAlgorithm> All { get; } =
    [
        // First, so that whoever forgets to forbid it gets coarser sums.
        new(66, 1 << 16, 16, InOutputType), new(31, 1 << 16, 16, 2), new(11, 0, 16, 0), new(7, 0, 0, 0),
    ];
}
