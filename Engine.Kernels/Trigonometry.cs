using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ssgan.Engine.Kernels;

/// <summary>
/// Sine and cosine in single precision, within a few units in the last place for every number: the argument less the nearest
/// multiple of π/2, then a polynomial on ±π/4. The same algorithms as math.cuh.
/// </summary>
static class Trigonometry
{
    /// <summary>Up to here three parts of π/2 are enough; 2/π is multiplied with in 96 bits beyond (Payne and Hanek
    /// 1983).</summary>
    const float Near = 30000;

    /// <summary>The bits of 2/π behind the point, after a word of zeros.</summary>
    static ReadOnlySpan<uint> TwoOverPi =>
        [0, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab];

    /// <summary>The sine, or the cosine as the sine of a quarter turn more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Sine(Vector<float> x, int quarters)
    {
        // Adding 1.5·2^23 rounds to an integer, which then sits in the low bits of the sum.
        var magic = Vector.Create(12582912f);
        var z = Vector.FusedMultiplyAdd(x, Vector.Create(0.636619747f), magic);
        var n = z - magic;
        var r = Vector.FusedMultiplyAdd(n, Vector.Create(-1.57079637f), x);
        r = Vector.FusedMultiplyAdd(n, Vector.Create(4.37113883e-08f), r);
        r = Vector.FusedMultiplyAdd(n, Vector.Create(1.71512451e-15f), r);
        var y = OfRest(r, Vector.AsVectorInt32(z) - Vector.AsVectorInt32(magic) + Vector.Create(quarters));
        return Vector.LessThanOrEqualAll(Vector.Abs(x), Vector.Create(Near)) ? y : WithFar(x, y, quarters);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static Vector<float> WithFar(Vector<float> x, Vector<float> y, int quarters)
    {
        for (int i = 0; i < Vector<float>.Count; i++)
        {
            if (MathF.Abs(x[i]) <= Near) continue;
            var (r, n) = Far(x[i]);
            y = y.WithElement(i, OfRest(Vector.Create(r), Vector.Create(n + quarters))[0]);
        }
        return y;
    }

    /// <summary>sin(r + n·π/2) for |r| ≤ π/4; errors of the polynomials 2e-8 of sin r, 2e-9.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector<float> OfRest(Vector<float> r, Vector<int> n)
    {
        var z = r * r;
        var s = Vector.FusedMultiplyAdd(Vector.Create(2.72469447e-06f), z, Vector.Create(-0.000198400638f));
        s = Vector.FusedMultiplyAdd(s, z, Vector.Create(0.00833333191f));
        s = Vector.FusedMultiplyAdd(s, z, Vector.Create(-0.166666672f));
        s = Vector.FusedMultiplyAdd(s, z * r, r);
        var c = Vector.FusedMultiplyAdd(Vector.Create(2.45455194e-05f), z, Vector.Create(-0.0013888292f));
        c = Vector.FusedMultiplyAdd(c, z, Vector.Create(0.0416666642f));
        c = Vector.FusedMultiplyAdd(c, z * z, Vector.FusedMultiplyAdd(z, Vector.Create(-0.5f), Vector<float>.One));
        var odd = Vector.Equals(n & Vector<int>.One, Vector<int>.One);
        var y = Vector.ConditionalSelect(odd, c, s);
        return Vector.AsVectorSingle(Vector.AsVectorInt32(y) ^ Vector.ShiftLeft(n & Vector.Create(2), 30));
    }

    /// <summary>x less n quarter turns, n modulo 4; NaN of what is not finite.</summary>
    static (float Angle, int Quarters) Far(float x)
    {
        if (!float.IsFinite(x)) return (float.NaN, 0);
        uint bits = BitConverter.SingleToUInt32Bits(x);
        // |x| = m·2^e. Bits of 2/π whose product with 2^e is a multiple of 4 say nothing: 96 bits are taken behind them.
        ulong m = (bits & 0x7fffff) | 0x800000;
        int from = (int)(bits >> 23 & 255) - 150 + 30, word = from >> 5, shift = from & 31;
        ulong low = m * Window(word + 2, shift);
        ulong middle = m * Window(word + 1, shift) + (low >> 32), high = m * Window(word, shift) + (middle >> 32);
        ulong turns = high << 32 | (uint)middle;
        // Two bits of quarter turns and the fraction of one, which is rounded to ± half.
        long rest = (long)(turns << 2);
        int n = (int)(turns >> 62) + (rest < 0 ? 1 : 0);
        float r = rest * (1.57079637f * 5.42101086e-20f);
        return x < 0 ? (-r, -n) : (r, n);
    }

    static ulong Window(int word, int shift) =>
        shift == 0 ? TwoOverPi[word] : (uint)(TwoOverPi[word] << shift | TwoOverPi[word + 1] >> (32 - shift));
}
