using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ssgan.Engine.Kernels.Cpu.Gemm;

/// <summary>
/// 6 x 16 with 256-bit vectors: 12 accumulators, 2 for the panel and 1 for the broadcast, of the 16 registers of AVX2; per step
/// 12 FMAs for 8 loads, so the FMA units and not the load units are the limit.
/// </summary>
readonly unsafe struct GemmKernel256 : IGemmKernel
{
    public static int Rows => 6;
    public static int Columns => 16;
    public static int Lanes => 8;
    public static bool DepthFirst => false;

    // Fully optimised from the first call: the loop is too long-running for tiering, and the accumulators must stay in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float** rows, nint step, nint depth, float* panel, float* init, nint initStride, float* c, nint stride)
    {
        float* a0 = rows[0], a1 = rows[1], a2 = rows[2], a3 = rows[3];
        float* a4 = rows[4], a5 = rows[5];
        Vector256<float> c00 = Vector256.Load(init), c01 = Vector256.Load(init + 8);
        init += initStride;
        Vector256<float> c10 = Vector256.Load(init), c11 = Vector256.Load(init + 8);
        init += initStride;
        Vector256<float> c20 = Vector256.Load(init), c21 = Vector256.Load(init + 8);
        init += initStride;
        Vector256<float> c30 = Vector256.Load(init), c31 = Vector256.Load(init + 8);
        init += initStride;
        Vector256<float> c40 = Vector256.Load(init), c41 = Vector256.Load(init + 8);
        init += initStride;
        Vector256<float> c50 = Vector256.Load(init), c51 = Vector256.Load(init + 8);
        nint end = depth * step;
        for (nint k = 0; k != end; k += step)
        {
            Vector256<float> b0 = Vector256.Load(panel), b1 = Vector256.Load(panel + 8);
            panel += 16;
            var a = Vector256.Create(a0[k]);
            c00 = Vector256.MultiplyAddEstimate(a, b0, c00); c01 = Vector256.MultiplyAddEstimate(a, b1, c01);
            a = Vector256.Create(a1[k]);
            c10 = Vector256.MultiplyAddEstimate(a, b0, c10); c11 = Vector256.MultiplyAddEstimate(a, b1, c11);
            a = Vector256.Create(a2[k]);
            c20 = Vector256.MultiplyAddEstimate(a, b0, c20); c21 = Vector256.MultiplyAddEstimate(a, b1, c21);
            a = Vector256.Create(a3[k]);
            c30 = Vector256.MultiplyAddEstimate(a, b0, c30); c31 = Vector256.MultiplyAddEstimate(a, b1, c31);
            a = Vector256.Create(a4[k]);
            c40 = Vector256.MultiplyAddEstimate(a, b0, c40); c41 = Vector256.MultiplyAddEstimate(a, b1, c41);
            a = Vector256.Create(a5[k]);
            c50 = Vector256.MultiplyAddEstimate(a, b0, c50); c51 = Vector256.MultiplyAddEstimate(a, b1, c51);
        }
        c00.Store(c); c01.Store(c + 8);
        c += stride;
        c10.Store(c); c11.Store(c + 8);
        c += stride;
        c20.Store(c); c21.Store(c + 8);
        c += stride;
        c30.Store(c); c31.Store(c + 8);
        c += stride;
        c40.Store(c); c41.Store(c + 8);
        c += stride;
        c50.Store(c); c51.Store(c + 8);
    }
}
