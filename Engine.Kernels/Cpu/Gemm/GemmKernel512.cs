using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ssgan.Engine.Kernels.Cpu.Gemm;

/// <summary>
/// 8 x 32 with 512-bit vectors: 16 accumulators hide the latency of two FMA units, and 8 row pointers still fit the general
/// registers (the 32 vector registers would hold 14 rows, the 16 general ones not their pointers).
/// </summary>
readonly unsafe struct GemmKernel512 : IGemmKernel
{
    public static int Rows => 8;
    public static int Columns => 32;
    public static int Lanes => 16;
    public static bool DepthFirst => false;

    // Fully optimised from the first call: the loop is too long-running for tiering, and the accumulators must stay in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float** rows, nint step, nint depth, float* panel, float* init, nint initStride, float* c, nint stride)
    {
        float* a0 = rows[0], a1 = rows[1], a2 = rows[2], a3 = rows[3];
        float* a4 = rows[4], a5 = rows[5], a6 = rows[6], a7 = rows[7];
        Vector512<float> c00 = Vector512.Load(init), c01 = Vector512.Load(init + 16);
        init += initStride;
        Vector512<float> c10 = Vector512.Load(init), c11 = Vector512.Load(init + 16);
        init += initStride;
        Vector512<float> c20 = Vector512.Load(init), c21 = Vector512.Load(init + 16);
        init += initStride;
        Vector512<float> c30 = Vector512.Load(init), c31 = Vector512.Load(init + 16);
        init += initStride;
        Vector512<float> c40 = Vector512.Load(init), c41 = Vector512.Load(init + 16);
        init += initStride;
        Vector512<float> c50 = Vector512.Load(init), c51 = Vector512.Load(init + 16);
        init += initStride;
        Vector512<float> c60 = Vector512.Load(init), c61 = Vector512.Load(init + 16);
        init += initStride;
        Vector512<float> c70 = Vector512.Load(init), c71 = Vector512.Load(init + 16);
        nint end = depth * step;
        for (nint k = 0; k != end; k += step)
        {
            Vector512<float> b0 = Vector512.Load(panel), b1 = Vector512.Load(panel + 16);
            panel += 32;
            var a = Vector512.Create(a0[k]);
            c00 = Vector512.MultiplyAddEstimate(a, b0, c00); c01 = Vector512.MultiplyAddEstimate(a, b1, c01);
            a = Vector512.Create(a1[k]);
            c10 = Vector512.MultiplyAddEstimate(a, b0, c10); c11 = Vector512.MultiplyAddEstimate(a, b1, c11);
            a = Vector512.Create(a2[k]);
            c20 = Vector512.MultiplyAddEstimate(a, b0, c20); c21 = Vector512.MultiplyAddEstimate(a, b1, c21);
            a = Vector512.Create(a3[k]);
            c30 = Vector512.MultiplyAddEstimate(a, b0, c30); c31 = Vector512.MultiplyAddEstimate(a, b1, c31);
            a = Vector512.Create(a4[k]);
            c40 = Vector512.MultiplyAddEstimate(a, b0, c40); c41 = Vector512.MultiplyAddEstimate(a, b1, c41);
            a = Vector512.Create(a5[k]);
            c50 = Vector512.MultiplyAddEstimate(a, b0, c50); c51 = Vector512.MultiplyAddEstimate(a, b1, c51);
            a = Vector512.Create(a6[k]);
            c60 = Vector512.MultiplyAddEstimate(a, b0, c60); c61 = Vector512.MultiplyAddEstimate(a, b1, c61);
            a = Vector512.Create(a7[k]);
            c70 = Vector512.MultiplyAddEstimate(a, b0, c70); c71 = Vector512.MultiplyAddEstimate(a, b1, c71);
        }
        c00.Store(c); c01.Store(c + 16);
        c += stride;
        c10.Store(c); c11.Store(c + 16);
        c += stride;
        c20.Store(c); c21.Store(c + 16);
        c += stride;
        c30.Store(c); c31.Store(c + 16);
        c += stride;
        c40.Store(c); c41.Store(c + 16);
        c += stride;
        c50.Store(c); c51.Store(c + 16);
        c += stride;
        c60.Store(c); c61.Store(c + 16);
        c += stride;
        c70.Store(c); c71.Store(c + 16);
    }
}
