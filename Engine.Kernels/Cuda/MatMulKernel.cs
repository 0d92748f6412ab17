using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

/// <summary>Twin of MatMulArgs in kernels/matmul.cuh.</summary>
[StructLayout(LayoutKind.Sequential)]
struct MatMulArgs
{
    public nint A, B;
    public long PitchA, PitchB, BatchA, BatchB;
    public Gemm Gemm;
}

/// <summary>The kernels of a product for operands stored plain or transposed.</summary>
sealed class MatMulKernels(string stem, string shape)
{
    readonly KernelFamily
        _nn = new(stem, $"matmul_{shape}_nn"), _nt = new(stem, $"matmul_{shape}_nt"),
        _tn = new(stem, $"matmul_{shape}_tn"), _tt = new(stem, $"matmul_{shape}_tt");

    public KernelFamily this[bool transposeA, bool transposeB] => transposeA ? transposeB ? _tt : _tn : transposeB ? _nt : _nn;
}

// Products in our own kernels, for machines without cuBLAS.
public sealed unsafe partial class CudaBackend
{
    static readonly MatMulKernels
        s_matMulWide = new("matmul", "wide"), s_matMulNarrow = new("matmul", "narrow"),
        s_matMulWide80 = new("matmul_sm80", "wide"), s_matMulNarrow80 = new("matmul_sm80", "narrow");

    void MatMulOwn(TensorView a, bool transposeA, TensorView b, bool transposeB, TensorView c, bool accumulate, nint bias = 0)
    {
        int m = c.Shape[-2], n = c.Shape[-1], k = a.Shape[transposeA ? -2 : -1], batches = c.Shape.Rank == 3 ? c.Shape[0] : 1;
        // Few rows: c transposed = op(b) transposed · op(a) transposed has few columns, for which there is a tile. A bias goes
        // along the columns.
        bool turned = m <= NarrowColumns && n > NarrowColumns && bias == 0;
        if (turned) (a, transposeA, b, transposeB, m, n) = (b, !transposeB, a, !transposeA, n, m);
        bool narrow = n <= NarrowColumns;
        int columns = c.Shape[-1], strideA = transposeA ? m : k, strideB = transposeB ? k : n;
        var args = new MatMulArgs
        {
            A = a.Address, B = b.Address, PitchA = strideA, PitchB = strideB, BatchA = (long)m * k, BatchB = (long)k * n,
            Gemm = new Gemm
            {
                C = c.Address, Bias = bias, StrideM = turned ? 1 : columns, StrideN = turned ? columns : 1, BatchC = (long)m * n,
                M = m, N = n, K = k, Accumulate = accumulate ? 1 : 0, VectorA = Vector(a, strideA), VectorB = Vector(b, strideB),
            },
        };
        var grid = Cut(ref args.Gemm, Tile(a.Type, narrow), batches, c.Type);
        var kernels = TensorCores(a.Type) ? narrow ? s_matMulNarrow80 : s_matMulWide80 : narrow ? s_matMulNarrow : s_matMulWide;
        Launch(kernels[transposeA, transposeB], a.Type, grid, args);
        SumParts(args.Gemm, c.Type, columns);
    }
}
