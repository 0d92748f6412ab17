using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ssgan.Engine.Kernels.Cpu.Gemm;

/// <summary>
/// 4 x 8 with 128-bit vectors: 8 accumulators, 2 for the panel and 1 for the broadcast fit the 16 registers of SSE
/// and the 32 of Arm.
/// </summary>
readonly unsafe struct GemmKernel128 : IGemmKernel
{
    public static int Rows => 4;
    public static int Columns => 8;
    public static int Lanes => 4;
    public static bool DepthFirst => false;

    // Fully optimised from the first call: the loop is too long-running for tiering, and the accumulators must stay in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float** rows, nint step, nint depth, float* panel, float* init, nint initStride, float* c, nint stride)
    {
        float* a0 = rows[0], a1 = rows[1], a2 = rows[2], a3 = rows[3];
        Vector128<float> c00 = Vector128.Load(init), c01 = Vector128.Load(init + 4);
        init += initStride;
        Vector128<float> c10 = Vector128.Load(init), c11 = Vector128.Load(init + 4);
        init += initStride;
        Vector128<float> c20 = Vector128.Load(init), c21 = Vector128.Load(init + 4);
        init += initStride;
        Vector128<float> c30 = Vector128.Load(init), c31 = Vector128.Load(init + 4);
        nint end = depth * step;
        for (nint k = 0; k != end; k += step)
        {
            Vector128<float> b0 = Vector128.Load(panel), b1 = Vector128.Load(panel + 4);
            panel += 8;
            var a = Vector128.Create(a0[k]);
            c00 = Vector128.MultiplyAddEstimate(a, b0, c00); c01 = Vector128.MultiplyAddEstimate(a, b1, c01);
            a = Vector128.Create(a1[k]);
            c10 = Vector128.MultiplyAddEstimate(a, b0, c10); c11 = Vector128.MultiplyAddEstimate(a, b1, c11);
            a = Vector128.Create(a2[k]);
            c20 = Vector128.MultiplyAddEstimate(a, b0, c20); c21 = Vector128.MultiplyAddEstimate(a, b1, c21);
            a = Vector128.Create(a3[k]);
            c30 = Vector128.MultiplyAddEstimate(a, b0, c30); c31 = Vector128.MultiplyAddEstimate(a, b1, c31);
        }
        c00.Store(c); c01.Store(c + 4);
        c += stride;
        c10.Store(c); c11.Store(c + 4);
        c += stride;
        c20.Store(c); c21.Store(c + 4);
        c += stride;
        c30.Store(c); c31.Store(c + 4);
    }
}
