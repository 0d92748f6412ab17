using System.Runtime.Intrinsics;

namespace Ssgan.Engine.Kernels.Cpu.Gemm;

/// <summary>Which vector width the matrix kernels use.</summary>
enum SimdPath
{
    /// <summary>The widest that the processor accelerates.</summary>
    Auto,
    /// <summary>128-bit vectors: any processor.</summary>
    Vector128,
    /// <summary>256-bit vectors, meant for AVX2 with FMA.</summary>
    Vector256,
    /// <summary>512-bit vectors, meant for AVX-512.</summary>
    Vector512,
}

/// <summary>
/// A register-blocked micro-kernel: one tile of <see cref="Rows"/> x <see cref="Columns"/> results held in registers over the
/// whole k loop. The left rows are given as pointers, so that the rows of a matrix and the shifted pixels of a convolution are
/// read where they lie.
/// </summary>
unsafe interface IGemmKernel
{
    /// <summary>Rows of a tile.</summary>
    static abstract int Rows { get; }

    /// <summary>Columns of a tile, and the width of a packed panel.</summary>
    static abstract int Columns { get; }

    /// <summary>Floats of a vector.</summary>
    static abstract int Lanes { get; }

    /// <summary>Whether a panel is packed column by column, each with its k side by side, and not row by row.</summary>
    static abstract bool DepthFirst { get; }

    /// <summary>
    /// c[i, j] = init[i, j] + Σk rows[i][k·step]·panel[k, j] (step 1 if depth comes first). Rows of c lie
    /// <paramref name="stride"/> floats apart, those of init (which may be c) <paramref name="initStride"/>: 0 starts every row
    /// with the same values, such as a bias. The order of summation depends on depth alone.
    /// </summary>
    static abstract void Run(float** rows, nint step, nint depth, float* panel, float* init,
        nint initStride, float* c, nint stride);
}

static class SimdPaths
{
    /// <summary>
    /// Replaces <see cref="SimdPath.Auto"/> by what this processor is best at; in a program compiled ahead, by the widest vectors
    /// that it was compiled for.
    /// </summary>
    public static SimdPath Resolve(this SimdPath path) => path != SimdPath.Auto ? path
        : Vector512.IsHardwareAccelerated ? SimdPath.Vector512
        : Vector256.IsHardwareAccelerated ? SimdPath.Vector256
        : SimdPath.Vector128;

    /// <summary>Width of a vector.</summary>
    public static int Bits(this SimdPath path) => path.Resolve() switch
    {
        SimdPath.Vector512 => 512,
        SimdPath.Vector256 => 256,
        _ => 128,
    };
}
