using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ssgan.Engine.Kernels.Cpu.Gemm;

/// <summary>
/// 8 x 16 with 512-bit vectors, for at most 16 columns, such as the filters of a group: 8 accumulators just hide the latency of
/// two FMA units, and no lane is padding.
/// </summary>
readonly unsafe struct GemmKernel512Narrow : IGemmKernel
{
    public static int Rows => 8;
    public static int Columns => 16;
    public static int Lanes => 16;
    public static bool DepthFirst => false;

    // Fully optimised from the first call: the loop is too long-running for tiering, and the accumulators must stay in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float** rows, nint step, nint depth, float* panel, float* init, nint initStride, float* c, nint stride)
    {
        float* a0 = rows[0], a1 = rows[1], a2 = rows[2], a3 = rows[3];
        float* a4 = rows[4], a5 = rows[5], a6 = rows[6], a7 = rows[7];
        Vector512<float> c0 = Vector512.Load(init), c1 = Vector512.Load(init + initStride);
        init += 2 * initStride;
        Vector512<float> c2 = Vector512.Load(init), c3 = Vector512.Load(init + initStride);
        init += 2 * initStride;
        Vector512<float> c4 = Vector512.Load(init), c5 = Vector512.Load(init + initStride);
        init += 2 * initStride;
        Vector512<float> c6 = Vector512.Load(init), c7 = Vector512.Load(init + initStride);
        nint end = depth * step;
        for (nint k = 0; k != end; k += step)
        {
            var b = Vector512.Load(panel);
            panel += 16;
            c0 = Vector512.MultiplyAddEstimate(Vector512.Create(a0[k]), b, c0);
            c1 = Vector512.MultiplyAddEstimate(Vector512.Create(a1[k]), b, c1);
            c2 = Vector512.MultiplyAddEstimate(Vector512.Create(a2[k]), b, c2);
            c3 = Vector512.MultiplyAddEstimate(Vector512.Create(a3[k]), b, c3);
            c4 = Vector512.MultiplyAddEstimate(Vector512.Create(a4[k]), b, c4);
            c5 = Vector512.MultiplyAddEstimate(Vector512.Create(a5[k]), b, c5);
            c6 = Vector512.MultiplyAddEstimate(Vector512.Create(a6[k]), b, c6);
            c7 = Vector512.MultiplyAddEstimate(Vector512.Create(a7[k]), b, c7);
        }
        c0.Store(c);
        c1.Store(c + stride);
        c += 2 * stride;
        c2.Store(c);
        c3.Store(c + stride);
        c += 2 * stride;
        c4.Store(c);
        c5.Store(c + stride);
        c += 2 * stride;
        c6.Store(c);
        c7.Store(c + stride);
    }
}
