namespace Ssgan.Engine.Kernels.Cuda.Launch;

/// <summary>One kernel in its storage types: entry points "{name}_f32", "{name}_bf16", … of kernels/{stem}.cu.
/// Kept in a static field, so that a launch looks it up by reference and builds no string.</summary>
sealed class KernelFamily(string stem, string name)
{
    /// <summary>File stem of the source and of the embedded PTX.</summary>
    public string Stem { get; } = stem;

    /// <summary>Entry point without the type's suffix.</summary>
    public string Name { get; } = name;

    /// <summary>The entry point for a storage type.</summary>
    public string Entry(DType type) => type switch
    {
        DType.F32 => Name + "_f32",
        DType.BF16 => Name + "_bf16",
        DType.I32 => Name + "_i32",
        DType.U8 => Name + "_u8",
        DType.F16 => Name + "_f16",
        DType.F64 => Name + "_f64",
        DType.I64 => Name + "_i64",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown element type."),
    };
}

/// <summary>Blocks and threads of a launch.</summary>
/// <param name="X">Blocks along x.</param>
/// <param name="Threads">Threads of a block (x).</param>
/// <param name="Y">Blocks along y.</param>
/// <param name="Z">Blocks along z.</param>
/// <param name="SharedBytes">Dynamic shared memory of a block.</param>
readonly record struct Grid(int X, int Threads, int Y = 1, int Z = 1, int SharedBytes = 0);
