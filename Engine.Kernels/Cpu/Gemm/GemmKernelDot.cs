using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ssgan.Engine.Kernels.Cpu.Gemm;

/// <summary>
/// For products with a handful of columns (the last layer of a generator, matrix times vector), where tiles as wide as the other
/// kernels' would be mostly padding: 3 x 4 dot products, vectorised over k; 12 accumulators with 256-bit vectors.
/// </summary>
readonly unsafe struct GemmKernelDot : IGemmKernel
{
    /// <summary>Up to two panels beat one panel of the wide kernels.</summary>
    public const int MaxColumns = 8;

    public static int Rows => 3;
    public static int Columns => 4;
    public static int Lanes => 8;
    public static bool DepthFirst => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float** rows, nint step, nint depth, float* panel, float* init, nint initStride, float* c, nint stride)
    {
        float* a0 = rows[0], a1 = rows[1], a2 = rows[2];
        float* b0 = panel, b1 = b0 + depth, b2 = b1 + depth, b3 = b2 + depth;
        Vector256<float> c00 = Vector256<float>.Zero, c01 = Vector256<float>.Zero, c02 = Vector256<float>.Zero,
            c03 = Vector256<float>.Zero;
        Vector256<float> c10 = Vector256<float>.Zero, c11 = Vector256<float>.Zero, c12 = Vector256<float>.Zero,
            c13 = Vector256<float>.Zero;
        Vector256<float> c20 = Vector256<float>.Zero, c21 = Vector256<float>.Zero, c22 = Vector256<float>.Zero,
            c23 = Vector256<float>.Zero;
        nint k = 0;
        for (; k <= depth - 8; k += 8)
        {
            Vector256<float> x0 = Vector256.Load(a0 + k), x1 = Vector256.Load(a1 + k), x2 = Vector256.Load(a2 + k);
            var w = Vector256.Load(b0 + k);
            c00 = Vector256.MultiplyAddEstimate(x0, w, c00);
            c10 = Vector256.MultiplyAddEstimate(x1, w, c10); c20 = Vector256.MultiplyAddEstimate(x2, w, c20);
            w = Vector256.Load(b1 + k);
            c01 = Vector256.MultiplyAddEstimate(x0, w, c01);
            c11 = Vector256.MultiplyAddEstimate(x1, w, c11); c21 = Vector256.MultiplyAddEstimate(x2, w, c21);
            w = Vector256.Load(b2 + k);
            c02 = Vector256.MultiplyAddEstimate(x0, w, c02);
            c12 = Vector256.MultiplyAddEstimate(x1, w, c12); c22 = Vector256.MultiplyAddEstimate(x2, w, c22);
            w = Vector256.Load(b3 + k);
            c03 = Vector256.MultiplyAddEstimate(x0, w, c03);
            c13 = Vector256.MultiplyAddEstimate(x1, w, c13); c23 = Vector256.MultiplyAddEstimate(x2, w, c23);
        }
        Vector128<float> y0 = Sums(c00, c01, c02, c03), y1 = Sums(c10, c11, c12, c13), y2 = Sums(c20, c21, c22, c23);
        for (; k < depth; k++)
        {
            var w = Vector128.Create(b0[k], b1[k], b2[k], b3[k]);
            y0 = Vector128.MultiplyAddEstimate(Vector128.Create(a0[k]), w, y0);
            y1 = Vector128.MultiplyAddEstimate(Vector128.Create(a1[k]), w, y1);
            y2 = Vector128.MultiplyAddEstimate(Vector128.Create(a2[k]), w, y2);
        }
        y0 += Vector128.Load(init);
        y1 += Vector128.Load(init + initStride);
        y2 += Vector128.Load(init + 2 * initStride);
        y0.Store(c);
        y1.Store(c + stride);
        y2.Store(c + 2 * stride);
    }

    /// <summary>The sums of four vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<float> Sums(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d)
    {
        if (!Avx.IsSupported) return Vector128.Create(Vector256.Sum(a), Vector256.Sum(b), Vector256.Sum(c), Vector256.Sum(d));
        var halves = Avx.HorizontalAdd(Avx.HorizontalAdd(a, b), Avx.HorizontalAdd(c, d));
        return halves.GetLower() + halves.GetUpper();
    }
}
