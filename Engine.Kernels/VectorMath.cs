using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ssgan.Engine.Kernels;

/// <summary>
/// Vector forms of the exponential family in single precision, each within a few units in the last place over its whole range.
/// NaN in gives NaN out. Polynomials are near-minimax (Chebyshev) fits on the reduced range; the comments state their error.
/// All are inlined: a call would spill every vector of the loop around it.
/// </summary>
static class VectorMath
{
    /// <summary>e^x, subnormal results included: x = n·ln2 + r with |r| ≤ ln2 / 2, then 2^n·e^r.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Exp(Vector<float> x)
    {
        // Outside of this range the result is infinite or zero; inside, n fits the exponent arithmetic below. Zeros are masked in
        // at the end instead of computed, because arithmetic that underflows is a hundred times slower.
        var high = Vector.Create(89f);
        var zero = Vector.LessThan(x, Vector.Create(-104f));
        x = Vector.ConditionalSelect(Vector.GreaterThan(x, high), high, x);
        x = Vector.ConditionalSelect(zero, Vector<float>.Zero, x);
        // Adding 1.5·2^23 rounds to an integer, which then sits in the low bits of the sum.
        var magic = Vector.Create(12582912f);
        var z = Vector.FusedMultiplyAdd(x, Vector.Create(1.44269504f), magic);
        var n = z - magic;
        var r = Vector.FusedMultiplyAdd(n, Vector.Create(-0.693147182f), x);
        r = Vector.FusedMultiplyAdd(n, Vector.Create(1.90465421e-9f), r);
        // e^r = 1 + r + r²·q(r); relative error 8e-9.
        var q = Vector.Create(0.00139262508f);
        q = Vector.FusedMultiplyAdd(q, r, Vector.Create(0.00836323288f));
        q = Vector.FusedMultiplyAdd(q, r, Vector.Create(0.0416665542f));
        q = Vector.FusedMultiplyAdd(q, r, Vector.Create(0.166665767f));
        q = Vector.FusedMultiplyAdd(q, r, Vector.Create(0.5f));
        var y = Vector.FusedMultiplyAdd(r * r, q, r) + Vector<float>.One;
        // 2^n in two factors: n reaches 128 and -151, which no single exponent holds.
        var k = Vector.AsVectorInt32(z) - Vector.AsVectorInt32(magic);
        var half = Vector.ShiftRightArithmetic(k, 1);
        y = y * PowerOfTwo(half) * PowerOfTwo(k - half);
        return Vector.ConditionalSelect(zero, Vector<float>.Zero, y);
    }

    /// <summary>log(1 + u) for u in [0, 1], relatively accurate to u = 0: 2·atanh(s) with s = u / (2 + u) ≤ 1/3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Log1pUnit(Vector<float> u)
    {
        var s = u / (u + Vector.Create(2f));
        var z = s * s;
        // atanh(s) = s + s·z·p(z); relative error 2e-8.
        var p = Vector.Create(0.13425749f);
        p = Vector.FusedMultiplyAdd(p, z, Vector.Create(0.141183099f));
        p = Vector.FusedMultiplyAdd(p, z, Vector.Create(0.200037803f));
        p = Vector.FusedMultiplyAdd(p, z, Vector.Create(0.333333202f));
        return Vector.FusedMultiplyAdd(z * p, s, s) * Vector.Create(2f);
    }

    /// <summary>
    /// tanh(x): an odd polynomial near zero, so that tiny arguments keep their accuracy; 1 − 2 / (e^2|x| + 1) beyond.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Tanh(Vector<float> x)
    {
        var a = Vector.Abs(x);
        var z = x * x;
        // tanh(x) = x + x·z·p(z) for |x| ≤ 0.6; relative error 1.3e-8.
        var p = Vector.Create(-0.00626911972f);
        p = Vector.FusedMultiplyAdd(p, z, Vector.Create(0.021110959f));
        p = Vector.FusedMultiplyAdd(p, z, Vector.Create(-0.0538739488f));
        p = Vector.FusedMultiplyAdd(p, z, Vector.Create(0.133329154f));
        p = Vector.FusedMultiplyAdd(p, z, Vector.Create(-0.333333303f));
        var near = Vector.FusedMultiplyAdd(z * p, x, x);
        var far = Vector<float>.One - Vector.Create(2f) / (Exp(a + a) + Vector<float>.One);
        far |= x & Vector.Create(-0f);
        return Vector.ConditionalSelect(Vector.LessThan(a, Vector.Create(0.6f)), near, far);
    }

    /// <summary>1 / (1 + e^−x), without overflow: e^−|x| is at most 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Sigmoid(Vector<float> x)
    {
        var e = Exp(-Vector.Abs(x));
        var y = Vector.ConditionalSelect(Vector.LessThan(x, Vector<float>.Zero), e, Vector<float>.One);
        return y / (e + Vector<float>.One);
    }

    /// <summary>log(1 + e^x) = max(x, 0) + log1p(e^−|x|), relatively accurate where it is tiny.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Softplus(Vector<float> x)
    {
        var positive = Vector.ConditionalSelect(Vector.LessThan(x, Vector<float>.Zero), Vector<float>.Zero, x);
        return positive + Log1pUnit(Exp(-Vector.Abs(x)));
    }

    static Vector<float> PowerOfTwo(Vector<int> n) => Vector.AsVectorSingle(Vector.ShiftLeft(n + Vector.Create(127), 23));
}
