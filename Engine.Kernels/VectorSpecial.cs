using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ssgan.Engine.Kernels;

/// <summary>
/// Vector forms of the error function's family and of differences that cancel, in single precision, each within a few units in
/// the last place; NaN in gives NaN out. Polynomials are near-minimax fits; the comments state their error.
/// </summary>
static class VectorSpecial
{
    /// <summary>e^x − 1, relatively accurate at zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Expm1(Vector<float> x)
    {
        // x + x²·q(x) for |x| ≤ 0.5; relative error 3e-9.
        var q = Vector.Create(0.000199917762f);
        q = Vector.FusedMultiplyAdd(q, x, Vector.Create(0.00139974942f));
        q = Vector.FusedMultiplyAdd(q, x, Vector.Create(0.00833307765f));
        q = Vector.FusedMultiplyAdd(q, x, Vector.Create(0.0416653156f));
        q = Vector.FusedMultiplyAdd(q, x, Vector.Create(0.166666687f));
        q = Vector.FusedMultiplyAdd(q, x, Vector.Create(0.5f));
        var near = Vector.FusedMultiplyAdd(x * x, q, x);
        return Vector.ConditionalSelect(Vector.LessThan(Vector.Abs(x), Vector.Create(0.5f)), near,
            VectorMath.Exp(x) - Vector<float>.One);
    }

    /// <summary>log(1 + x), relatively accurate at zero: what 1 + x loses is made up for by the slope x / (u − 1)
    /// (Kahan).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Log1p(Vector<float> x)
    {
        var one = Vector<float>.One;
        var u = one + x;
        var y = Vector.Log(u) * (x / (u - one));
        y = Vector.ConditionalSelect(Vector.Equals(u, one), x, y);
        return Vector.ConditionalSelect(Vector.Equals(x, Vector.Create(float.PositiveInfinity)), x, y);
    }

    /// <summary>erf(x): an odd polynomial near zero, 1 − erfc|x| beyond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Erf(Vector<float> x)
    {
        var a = Vector.Abs(x);
        var z = x * x;
        // erf(x) = x + x·p(x²) for |x| ≤ 0.85; relative error 2e-10.
        var p = Vector.Create(8.8577639e-05f);
        p = Vector.FusedMultiplyAdd(p, z, Vector.Create(-0.000824897608f));
        p = Vector.FusedMultiplyAdd(p, z, Vector.Create(0.00520968204f));
        p = Vector.FusedMultiplyAdd(p, z, Vector.Create(-0.0268626269f));
        p = Vector.FusedMultiplyAdd(p, z, Vector.Create(0.112837493f));
        p = Vector.FusedMultiplyAdd(p, z, Vector.Create(-0.376126379f));
        p = Vector.FusedMultiplyAdd(p, z, Vector.Create(0.128379166f));
        var near = Vector.FusedMultiplyAdd(x, p, x);
        var cut = AtMost(a, 10.1f);
        var far = Vector<float>.One - Scaled(cut) * ExpOfSquare(cut, 1);
        far |= x & Vector.Create(-0f);
        return Vector.ConditionalSelect(Vector.LessThan(a, Vector.Create(0.85f)), near, far);
    }

    /// <summary>The normal distribution's share below x, relatively accurate where it is small.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> NormalShare(Vector<float> x)
    {
        var a = AtMost(Vector.Abs(x), 14.3f);
        var tail = Scaled(a * Vector.Create(0.707106781f)) * ExpOfSquare(a, 0.5f) * Vector.Create(0.5f);
        return Vector.ConditionalSelect(Vector.LessThan(x, Vector<float>.Zero), tail, Vector<float>.One - tail);
    }

    /// <summary>The normal distribution's density.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> NormalDensity(Vector<float> x) =>
        ExpOfSquare(AtMost(Vector.Abs(x), 14.5f), 0.5f) * Vector.Create(0.398942280f);

    /// <summary>e^(−scale·a²); what rounding a² loses is made up for. The scale is a power of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector<float> ExpOfSquare(Vector<float> a, float scale)
    {
        var square = a * a;
        var rest = Vector.FusedMultiplyAdd(a, a, -square);
        var e = VectorMath.Exp(square * Vector.Create(-scale));
        return Vector.FusedMultiplyAdd(e, rest * Vector.Create(-scale), e);
    }

    /// <summary>
    /// e^(a²)·erfc(a) for 0 ≤ a ≤ 10.1: P((a − 2) / (a + 2)) / (1 + 2a) (Shepherd and Laframboise 1981); relative error 1e-9.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector<float> Scaled(Vector<float> a)
    {
        var q = (a - Vector.Create(2f)) / (a + Vector.Create(2f));
        var p = Vector.Create(7.91633502e-05f);
        p = Vector.FusedMultiplyAdd(p, q, Vector.Create(0.000168805287f));
        p = Vector.FusedMultiplyAdd(p, q, Vector.Create(-0.000400862191f));
        p = Vector.FusedMultiplyAdd(p, q, Vector.Create(-0.00142027147f));
        p = Vector.FusedMultiplyAdd(p, q, Vector.Create(0.00125295157f));
        p = Vector.FusedMultiplyAdd(p, q, Vector.Create(0.00870894082f));
        p = Vector.FusedMultiplyAdd(p, q, Vector.Create(-0.00803095661f));
        p = Vector.FusedMultiplyAdd(p, q, Vector.Create(-0.0542178117f));
        p = Vector.FusedMultiplyAdd(p, q, Vector.Create(0.164051056f));
        p = Vector.FusedMultiplyAdd(p, q, Vector.Create(-0.166030526f));
        p = Vector.FusedMultiplyAdd(p, q, Vector.Create(-0.0927638188f));
        p = Vector.FusedMultiplyAdd(p, q, Vector.Create(1.27697837f));
        return p / Vector.FusedMultiplyAdd(a, Vector.Create(2f), Vector<float>.One);
    }

    static Vector<float> AtMost(Vector<float> a, float most) =>
        Vector.ConditionalSelect(Vector.GreaterThan(a, Vector.Create(most)), Vector.Create(most), a);
}
