using System.Numerics;
using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

/// <summary>
/// Twin of Gemm in kernels/gemm.cuh: a product C (M, N) = A (M, K)·B (K, N), how C lies, and how the work is cut.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
struct Gemm
{
    public nint C, Bias, Partial;
    public long StrideM, StrideN, BatchC, CountC;
    public int M, N, K, TilesM, TilesN, Splits, SplitK;
    public int Accumulate, FloatC, VectorA, VectorB, VectorC;
}

/// <summary>Twin of MatMulSumArgs in kernels/matmul.cu.</summary>
[StructLayout(LayoutKind.Sequential)]
struct MatMulSumArgs
{
    public nint C, Bias, Partial;
    public long Count;
    public int Splits, Columns, Accumulate, Padding;
}

/// <summary>
/// Twin of Reciprocal in kernels/gemm.cuh: n / divisor for 0 ≤ n &lt; 2³¹ is (high half of n·magic + n) >> shift.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
readonly struct IndexReciprocal
{
    readonly uint _magic, _shift;

    /// <summary>The reciprocal of a divisor; of 1 for 0, which divides the indices of an empty extent.</summary>
    public IndexReciprocal(int divisor)
    {
        uint d = (uint)Math.Max(divisor, 1);
        _shift = (uint)BitOperations.Log2(BitOperations.RoundUpToPowerOf2(d));
        _magic = (uint)(((1UL << 32) * ((1UL << (int)_shift) - d) + d - 1) / d);
    }

    /// <summary>What the kernels compute.</summary>
    public int Divide(int n) => (int)(((uint)(((ulong)(uint)n * _magic) >> 32) + (uint)n) >> (int)_shift);
}

/// <summary>
/// A tile of kernels/gemm.cuh or gemm_mma.cuh: what a block computes, and how many blocks share a multiprocessor.
/// </summary>
readonly record struct GemmTile(int Rows, int Columns, int Depth, int Threads, int Resident);

// Products and convolutions in our own kernels: which tile, and how K is split over blocks.
public sealed unsafe partial class CudaBackend
{
    /// <summary>Products with at most so many columns take the narrow tile.</summary>
    const int NarrowColumns = 16;

    /// <summary>Steps of K below which a block is not worth its part of the sum.</summary>
    const int LeastSteps = 8;

    static readonly KernelFamily s_sum = new("matmul", "matmul_sum");

    /// <summary>
    /// Whether F32 products and convolutions may round their operands to TF32 (10 bits of mantissa) for the tensor cores. BF16
    /// always uses them.
    /// </summary>
    public bool AllowTf32 { get; set; }

    /// <summary>Whether products of this storage run on tensor cores, where the device has those we know.</summary>
    bool TensorCores(DType type) => Supports(8, 0) && (type == DType.BF16 || AllowTf32);

    GemmTile Tile(DType type, bool narrow)
    {
        if (!TensorCores(type)) return narrow ? new GemmTile(128, 16, 16, 128, 4) : new GemmTile(64, 64, 16, 128, 4);
        int depth = 64 / type.Size();
        return narrow ? new GemmTile(128, 16, depth, 128, 4) : new GemmTile(128, 128, depth, 256, 2);
    }

    /// <summary>
    /// Cuts a product into tiles and, where these are fewer than multiprocessors and K is long, K into parts; rents
    /// room for their sums.
    /// </summary>
    Grid Cut(ref Gemm g, in GemmTile tile, int batches, DType type)
    {
        g.TilesM = (g.M - 1) / tile.Rows + 1;
        g.TilesN = (g.N - 1) / tile.Columns + 1;
        g.CountC = (long)batches * g.M * g.N;
        g.FloatC = type == DType.F32 ? 1 : 0;
        g.VectorC = g.StrideN == 1 && g.N % 4 == 0 && g.C % (4 * type.Size()) == 0 ? 1 : 0;
        long tiles = (long)g.TilesM * g.TilesN * batches;
        long wanted = tiles < Multiprocessors ? Multiprocessors * (long)tile.Resident / tiles : 1;
        int steps = (g.K + tile.Depth - 1) / tile.Depth, parts = (int)Math.Clamp(wanted, 1, Math.Max(1, steps / LeastSteps));
        g.SplitK = Math.Max(1, (steps + parts - 1) / parts) * tile.Depth;
        g.Splits = Math.Max(1, (g.K + g.SplitK - 1) / g.SplitK);
        if (g.Splits > 1) g.Partial = Scratch(sizeof(float) * g.Splits * g.CountC);
        return new Grid(checked((int)(tiles * g.Splits)), tile.Threads);
    }

    /// <summary>Adds up the parts of a product that was split.</summary>
    /// <param name="g">The product.</param>
    /// <param name="type">Storage of C.</param>
    /// <param name="columns">C's innermost extent.</param>
    void SumParts(in Gemm g, DType type, int columns)
    {
        if (g.Splits == 1) return;
        Launch(s_sum, type, GridStride(g.CountC), new MatMulSumArgs
        {
            C = g.C, Bias = g.Bias, Partial = g.Partial, Count = g.CountC, Splits = g.Splits, Columns = columns,
            Accumulate = g.Accumulate,
        });
    }

    /// <summary>
    /// 1 where an operand can be read 16 bytes at a time: its address and its innermost extent are multiples of that.
    /// </summary>
    static int Vector(TensorView view, long innermost) =>
        view.Address % 16 == 0 && innermost * view.Type.Size() % 16 == 0 ? 1 : 0;
}
