using System.Numerics;

namespace Ssgan.Emulator;

/// <summary>A 16-bit float format: exact to a double, and rounded to nearest even from one.</summary>
interface IHalfFormat
{
    static abstract double ToDouble(ushort bits);
    static abstract ushort FromDouble(double value);
}

struct Binary16 : IHalfFormat
{
    public static double ToDouble(ushort bits) => (double)BitConverter.UInt16BitsToHalf(bits);

    public static ushort FromDouble(double value) =>
        double.IsNaN(value) ? (ushort)0x7FFF : BitConverter.HalfToUInt16Bits((Half)value);
}

struct Brain16 : IHalfFormat
{
    public static double ToDouble(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    public static ushort FromDouble(double value)
    {
        if (double.IsNaN(value)) return 0x7FFF;
        float single = (float)value;
        uint bits = BitConverter.SingleToUInt32Bits(single);
        if (float.IsInfinity(single)) return (ushort)(bits >> 16);
        uint rounded = bits + 0x7FFF + (bits >> 16 & 1);
        // A double that rounding to single put exactly between two results must not be rounded twice in the same direction.
        if ((bits & 0xFFFF) == 0x8000 && single != value)
            rounded = Math.Abs(value) > Math.Abs((double)single) ? bits + 0x8000 : bits - 1;
        return (ushort)(rounded >> 16);
    }
}

interface IDouble2
{
    static abstract double Apply(double a, double b);
}

struct DoubleAdd : IDouble2
{
    public static double Apply(double a, double b) => a + b;
}

struct DoubleSubtract : IDouble2
{
    public static double Apply(double a, double b) => a - b;
}

struct DoubleMultiply : IDouble2
{
    public static double Apply(double a, double b) => a * b;
}

struct DoubleMinimum : IDouble2
{
    public static double Apply(double a, double b) => double.MinNumber(a, b);
}

struct DoubleMaximum : IDouble2
{
    public static double Apply(double a, double b) => double.MaxNumber(a, b);
}

/// <summary>
/// Arithmetic on one or two 16-bit floats a lane. Sums and products of them are exact in a double, so that there is one rounding
/// (but for sums whose parts are more than 2^40 apart, where the double's own is far below the result's).
/// </summary>
static unsafe class HalfOps
{
    public static void Binary<TFormat, TOp>(Warp w, Instruction* i) where TFormat : IHalfFormat where TOp : IDouble2
    {
        uint* d = (uint*)(w.R + i->D), a = (uint*)(w.R + i->A), b = (uint*)(w.R + i->B);
        bool two = i->Immediate != 0;
        for (uint lanes = w.Exec; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            uint low = One<TFormat, TOp>((ushort)a[lane], (ushort)b[lane]);
            d[lane] = two ? One<TFormat, TOp>((ushort)(a[lane] >> 16), (ushort)(b[lane] >> 16)) << 16 | low : low;
        }
    }

    public static void Fma<TFormat>(Warp w, Instruction* i) where TFormat : IHalfFormat
    {
        uint* d = (uint*)(w.R + i->D), a = (uint*)(w.R + i->A), b = (uint*)(w.R + i->B), c = (uint*)(w.R + i->C);
        bool two = i->Immediate != 0;
        for (uint lanes = w.Exec; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            uint low = One<TFormat>((ushort)a[lane], (ushort)b[lane], (ushort)c[lane]);
            d[lane] = two
                ? One<TFormat>((ushort)(a[lane] >> 16), (ushort)(b[lane] >> 16), (ushort)(c[lane] >> 16)) << 16 | low : low;
        }
    }

    static uint One<TFormat, TOp>(ushort a, ushort b) where TFormat : IHalfFormat where TOp : IDouble2 =>
        TFormat.FromDouble(TOp.Apply(TFormat.ToDouble(a), TFormat.ToDouble(b)));

    static uint One<TFormat>(ushort a, ushort b, ushort c) where TFormat : IHalfFormat =>
        TFormat.FromDouble(TFormat.ToDouble(a) * TFormat.ToDouble(b) + TFormat.ToDouble(c));
}
