using System.Runtime.Intrinsics;

namespace Ssgan.Emulator;

/// <summary>Pieces that the float operations share: a card's arithmetic gives one NaN, whatever the NaN that went in.</summary>
static class Floats
{
    public const uint NaN32 = 0x7FFFFFFF;
    public const ulong NaN64 = 0x7FFFFFFFFFFFFFFF;

    public static Vector256<float> OneNaN(Vector256<float> a) =>
        Vector256.ConditionalSelect(Vector256.Equals(a, a), a, Vector256.Create(NaN32).AsSingle());

    public static Vector256<double> OneNaN(Vector256<double> a) =>
        Vector256.ConditionalSelect(Vector256.Equals(a, a), a, Vector256.Create(NaN64).AsDouble());

    /// <summary>Subnormal numbers become zeros of their sign.</summary>
    public static Vector256<float> Flush(Vector256<float> a)
    {
        var bits = a.AsUInt32();
        var small = Vector256.Equals(bits & Vector256.Create(0x7F800000u), Vector256<uint>.Zero);
        return Vector256.ConditionalSelect(small, bits & Vector256.Create(0x80000000u), bits).AsSingle();
    }

    public static float Flush(float a) => float.IsSubnormal(a) ? MathF.CopySign(0, a) : a;

    /// <summary>Into [0, 1]; NaN becomes 0.</summary>
    public static Vector256<float> Saturate(Vector256<float> a)
    {
        var clamped = Vector256.Min(Vector256.Max(a, Vector256<float>.Zero), Vector256<float>.One);
        return Vector256.ConditionalSelect(Vector256.GreaterThan(a, Vector256<float>.Zero), clamped, Vector256<float>.Zero);
    }

    public static float OneNaN(float a) => float.IsNaN(a) ? BitConverter.UInt32BitsToSingle(NaN32) : a;

    public static double OneNaN(double a) => double.IsNaN(a) ? BitConverter.UInt64BitsToDouble(NaN64) : a;
}

/// <summary>.ftz</summary>
struct Flushed1<TOp> : IVector1<float> where TOp : IVector1<float>
{
    public static Vector256<float> Apply(Vector256<float> a) => Floats.Flush(TOp.Apply(Floats.Flush(a)));
}

/// <summary>.sat</summary>
struct Saturated1<TOp> : IVector1<float> where TOp : IVector1<float>
{
    public static Vector256<float> Apply(Vector256<float> a) => Floats.Saturate(TOp.Apply(a));
}

/// <summary>.ftz</summary>
struct Flushed2<TOp> : IVector2<float> where TOp : IVector2<float>
{
    public static Vector256<float> Apply(Vector256<float> a, Vector256<float> b) =>
        Floats.Flush(TOp.Apply(Floats.Flush(a), Floats.Flush(b)));
}

/// <summary>.sat</summary>
struct Saturated2<TOp> : IVector2<float> where TOp : IVector2<float>
{
    public static Vector256<float> Apply(Vector256<float> a, Vector256<float> b) => Floats.Saturate(TOp.Apply(a, b));
}

/// <summary>.ftz</summary>
struct Flushed3<TOp> : IVector3<float> where TOp : IVector3<float>
{
    public static Vector256<float> Apply(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        Floats.Flush(TOp.Apply(Floats.Flush(a), Floats.Flush(b), Floats.Flush(c)));
}

/// <summary>.sat</summary>
struct Saturated3<TOp> : IVector3<float> where TOp : IVector3<float>
{
    public static Vector256<float> Apply(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        Floats.Saturate(TOp.Apply(a, b, c));
}

struct FloatAdd : IVector2<float>, IVector2<double>
{
    public static Vector256<float> Apply(Vector256<float> a, Vector256<float> b) => Floats.OneNaN(a + b);
    public static Vector256<double> Apply(Vector256<double> a, Vector256<double> b) => Floats.OneNaN(a + b);
}

struct FloatSubtract : IVector2<float>, IVector2<double>
{
    public static Vector256<float> Apply(Vector256<float> a, Vector256<float> b) => Floats.OneNaN(a - b);
    public static Vector256<double> Apply(Vector256<double> a, Vector256<double> b) => Floats.OneNaN(a - b);
}

struct FloatMultiply : IVector2<float>, IVector2<double>
{
    public static Vector256<float> Apply(Vector256<float> a, Vector256<float> b) => Floats.OneNaN(a * b);
    public static Vector256<double> Apply(Vector256<double> a, Vector256<double> b) => Floats.OneNaN(a * b);
}

struct FloatDivide : IVector2<float>, IVector2<double>
{
    public static Vector256<float> Apply(Vector256<float> a, Vector256<float> b) => Floats.OneNaN(a / b);
    public static Vector256<double> Apply(Vector256<double> a, Vector256<double> b) => Floats.OneNaN(a / b);
}

struct FloatFma : IVector3<float>, IVector3<double>
{
    public static Vector256<float> Apply(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        Floats.OneNaN(Vector256.FusedMultiplyAdd(a, b, c));
    public static Vector256<double> Apply(Vector256<double> a, Vector256<double> b, Vector256<double> c) =>
        Floats.OneNaN(Vector256.FusedMultiplyAdd(a, b, c));
}

struct FloatSqrt : IVector1<float>, IVector1<double>
{
    public static Vector256<float> Apply(Vector256<float> a) => Floats.OneNaN(Vector256.Sqrt(a));
    public static Vector256<double> Apply(Vector256<double> a) => Floats.OneNaN(Vector256.Sqrt(a));
}

struct FloatReciprocal : IVector1<float>, IVector1<double>
{
    public static Vector256<float> Apply(Vector256<float> a) => Floats.OneNaN(Vector256<float>.One / a);
    public static Vector256<double> Apply(Vector256<double> a) => Floats.OneNaN(Vector256<double>.One / a);
}

struct FloatNegate : IVector1<float>, IVector1<double>
{
    public static Vector256<float> Apply(Vector256<float> a) => -a;
    public static Vector256<double> Apply(Vector256<double> a) => -a;
}

struct FloatAbsolute : IVector1<float>, IVector1<double>
{
    public static Vector256<float> Apply(Vector256<float> a) => Vector256.Abs(a);
    public static Vector256<double> Apply(Vector256<double> a) => Vector256.Abs(a);
}

/// <summary>The other operand where one is NaN.</summary>
struct FloatMinimum : IVector2<float>, IVector2<double>
{
    public static Vector256<float> Apply(Vector256<float> a, Vector256<float> b) => Floats.OneNaN(Vector256.MinNumber(a, b));
    public static Vector256<double> Apply(Vector256<double> a, Vector256<double> b) => Floats.OneNaN(Vector256.MinNumber(a, b));
}

/// <summary>The other operand where one is NaN.</summary>
struct FloatMaximum : IVector2<float>, IVector2<double>
{
    public static Vector256<float> Apply(Vector256<float> a, Vector256<float> b) => Floats.OneNaN(Vector256.MaxNumber(a, b));
    public static Vector256<double> Apply(Vector256<double> a, Vector256<double> b) => Floats.OneNaN(Vector256.MaxNumber(a, b));
}

/// <summary>NaN where one operand is.</summary>
struct FloatMinimumNaN : IVector2<float>, IVector2<double>
{
    public static Vector256<float> Apply(Vector256<float> a, Vector256<float> b) => Floats.OneNaN(Vector256.Min(a, b));
    public static Vector256<double> Apply(Vector256<double> a, Vector256<double> b) => Floats.OneNaN(Vector256.Min(a, b));
}

/// <summary>NaN where one operand is.</summary>
struct FloatMaximumNaN : IVector2<float>, IVector2<double>
{
    public static Vector256<float> Apply(Vector256<float> a, Vector256<float> b) => Floats.OneNaN(Vector256.Max(a, b));
    public static Vector256<double> Apply(Vector256<double> a, Vector256<double> b) => Floats.OneNaN(Vector256.Max(a, b));
}
