using System.Runtime.Intrinsics;

namespace Ssgan.Engine.Kernels.Cpu;

/// <summary>
/// exp(x − shift) along a row of floats, in double precision; whole vectors of eight floats where they are in hardware.
/// </summary>
static unsafe class Exponentials
{
    const int Width = 8;

    /// <summary>Σ exp(x − shift).</summary>
    public static double Sum(float* x, int count, double shift)
    {
        double sum = 0;
        int i = 0;
        if (Vector256.IsHardwareAccelerated && count >= Width)
        {
            Vector256<double> lower = Vector256<double>.Zero, upper = lower;
            for (; i <= count - Width; i += Width)
            {
                var (a, b) = Eight(x + i, shift);
                lower += a;
                upper += b;
            }
            sum = Vector256.Sum(lower + upper);
        }
        for (; i < count; i++) sum += Math.Exp(x[i] - shift);
        return sum;
    }

    /// <summary>y = exp(x − shift)·scale.</summary>
    public static void Scaled(float* x, int count, double shift, double scale, float* y)
    {
        int i = 0;
        for (; Vector256.IsHardwareAccelerated && i <= count - Width; i += Width)
        {
            var (a, b) = Eight(x + i, shift);
            Vector256.Narrow(a * scale, b * scale).Store(y + i);
        }
        for (; i < count; i++) y[i] = (float)(Math.Exp(x[i] - shift) * scale);
    }

    static (Vector256<double> Lower, Vector256<double> Upper) Eight(float* x, double shift)
    {
        var (lower, upper) = Vector256.Widen(Vector256.Load(x));
        return (Vector256.Exp(lower - Vector256.Create(shift)), Vector256.Exp(upper - Vector256.Create(shift)));
    }
}
