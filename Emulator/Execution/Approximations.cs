namespace Ssgan.Emulator;

/// <summary>
/// The fast functions of a card. Each is computed exactly and then moved within the error that the instruction set documents, by
/// an amount that depends on the argument's bits, so that no kernel passes because it met a better function than the card has.
/// </summary>
static class Approximations
{
    /// <summary>A number in [-1, 1] that looks random but always is the same for the same argument.</summary>
    public static double Wobble(float x)
    {
        uint h = BitConverter.SingleToUInt32Bits(x) * 0x9E3779B1u;
        h = (h ^ h >> 15) * 0x85EBCA77u;
        return (int)(h ^ h >> 13) / 2147483648.0;
    }

    /// <summary>
    /// The exact result moved by up to <paramref name="relative"/> of itself, less the half unit that rounding to single may add.
    /// </summary>
    public static float Near(double exact, float x, double relative)
    {
        if (double.IsNaN(exact)) return Floats.OneNaN(float.NaN);
        if (exact == 0 || double.IsInfinity(exact)) return (float)exact;
        return (float)(exact * (1 + Wobble(x) * (relative - HalfUnit)));
    }

    // Half a unit in the last place of a single, relative to it.
    const double HalfUnit = 1.0 / (1 << 24);

    public static float Exp2(float x) => Near(Math.Pow(2, Floats.Flush(x)), x, Math.Pow(2, -22.5));

    public static float Log2(float x)
    {
        double exact = Math.Log2(Floats.Flush(x));
        // Near 1 the error is absolute: the result is small there.
        if (x is >= 0.5f and <= 2) return (float)(exact + Wobble(x) * 0.5 * Math.Pow(2, -22));
        return Near(exact, x, Math.Pow(2, -22));
    }

    public static float Sin(float x) => Wave(Math.Sin(x), x);

    public static float Cos(float x) => Wave(Math.Cos(x), x);

    // Documented to 2^-20.5 absolute within [-pi, pi]; beyond, the argument's reduction loses more with each turn.
    static float Wave(double exact, float x)
    {
        if (double.IsNaN(exact)) return Floats.OneNaN(float.NaN);
        if (x == 0) return (float)exact;
        double turns = Math.Max(1, Math.Abs(x) / Math.PI);
        return (float)Math.Clamp(exact + Wobble(x) * turns * Math.Pow(2, -21), -1, 1);
    }

    public static float Tanh(float x) => Near(Math.Tanh(x), x, Math.Pow(2, -11));

    public static float ReciprocalSqrt(float x) => Near(1 / Math.Sqrt(Floats.Flush(x)), x, Math.Pow(2, -22.9));

    public static float Sqrt(float x) => Near(Math.Sqrt(Floats.Flush(x)), x, Math.Pow(2, -23));

    public static float Reciprocal(float x) => Near(1.0 / Floats.Flush(x), x, Math.Pow(2, -23));

    /// <summary>Two units in the last place; for a divisor beyond 2^126 the card gives 0 (or NaN for infinity by it).</summary>
    public static float Divide(float a, float b)
    {
        float size = MathF.Abs(b);
        if (size > 8.507059e37f && !float.IsInfinity(b)) return float.IsInfinity(a) ? Floats.OneNaN(float.NaN) : 0 * a * b;
        return DivideFull(a, b);
    }

    /// <summary>Two units in the last place over the whole range.</summary>
    public static float DivideFull(float a, float b) => Near((double)a / b, a, Math.Pow(2, -23));
}

struct ApproxExp2 : IScalar1<float, float>
{
    public static float Apply(float a) => Approximations.Exp2(a);
}

struct ApproxLog2 : IScalar1<float, float>
{
    public static float Apply(float a) => Approximations.Log2(a);
}

struct ApproxSin : IScalar1<float, float>
{
    public static float Apply(float a) => Approximations.Sin(a);
}

struct ApproxCos : IScalar1<float, float>
{
    public static float Apply(float a) => Approximations.Cos(a);
}

struct ApproxTanh : IScalar1<float, float>
{
    public static float Apply(float a) => Approximations.Tanh(a);
}

struct ApproxRsqrt : IScalar1<float, float>
{
    public static float Apply(float a) => Approximations.ReciprocalSqrt(a);
}

struct ApproxSqrt : IScalar1<float, float>
{
    public static float Apply(float a) => Approximations.Sqrt(a);
}

struct ApproxReciprocal : IScalar1<float, float>
{
    public static float Apply(float a) => Approximations.Reciprocal(a);
}

struct ApproxDivide : IScalar2<float, float>
{
    public static float Apply(float a, float b) => Approximations.Divide(a, b);
}

struct FullDivide : IScalar2<float, float>
{
    public static float Apply(float a, float b) => Approximations.DivideFull(a, b);
}

struct FlushedScalar1<TOp> : IScalar1<float, float> where TOp : IScalar1<float, float>
{
    public static float Apply(float a) => Floats.Flush(TOp.Apply(Floats.Flush(a)));
}

struct FlushedScalar2<TOp> : IScalar2<float, float> where TOp : IScalar2<float, float>
{
    public static float Apply(float a, float b) => Floats.Flush(TOp.Apply(Floats.Flush(a), Floats.Flush(b)));
}

/// <summary>rsqrt of a double, documented only to about 2^-21; kept within it.</summary>
struct ApproxRsqrtDouble : IScalar1<double, double>
{
    public static double Apply(double a) =>
        Floats.OneNaN(1 / Math.Sqrt(a) * (1 + Approximations.Wobble((float)a) * Math.Pow(2, -22)));
}
