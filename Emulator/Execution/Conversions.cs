using System.Numerics;
using System.Runtime.Intrinsics;

namespace Ssgan.Emulator;

enum Rounding
{
    None,
    Nearest,
    Zero,
    Down,
    Up,

    /// <summary>The same four, to an integral value.</summary>
    NearestInteger,
    ZeroInteger,
    DownInteger,
    UpInteger,

    /// <summary>To nearest, halves away from zero.</summary>
    Away,
}

/// <summary>A cvt instruction's modifiers, as an Immediate.</summary>
readonly record struct Conversion(PtxType To, PtxType From, Rounding Rounding, bool Flush, bool Saturate,
    bool Relu, int RegisterBits)
{
    public ulong Pack() =>
        (ulong)To | (ulong)From << 8 | (ulong)Rounding << 16 | (Flush ? 1ul << 24 : 0) | (Saturate ? 1ul << 25 : 0)
        | (Relu ? 1ul << 26 : 0) | (ulong)RegisterBits << 32;

    public static Conversion Unpack(ulong bits) =>
        new((PtxType)(bits & 0xFF), (PtxType)(bits >> 8 & 0xFF), (Rounding)(bits >> 16 & 0xFF), (bits & 1ul << 24) != 0,
            (bits & 1ul << 25) != 0, (bits & 1ul << 26) != 0, (int)(bits >> 32));
}

/// <summary>
/// cvt. The common pairs have loops of their own; the rest goes through a 64-bit integer or a double, which hold
/// every type exactly.
/// </summary>
static unsafe class Conversions
{
    public static void Any(Warp w, Instruction* i)
    {
        var c = Conversion.Unpack(i->Immediate);
        bool wideFrom = c.From.Bytes() == 8, wideTo = c.RegisterBits == 64;
        byte* d = w.R + i->D, a = w.R + i->A;
        for (uint lanes = w.Exec; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            ulong from = wideFrom ? ((ulong*)a)[lane] : ((uint*)a)[lane];
            ulong to = Convert(from, c);
            if (wideTo) ((ulong*)d)[lane] = to;
            else ((uint*)d)[lane] = c.RegisterBits == 16 ? (ushort)to : (uint)to;
        }
    }

    /// <summary>cvt of two singles into the halves of a word: a is the high half.</summary>
    public static void Pack(Warp w, Instruction* i)
    {
        var c = Conversion.Unpack(i->Immediate);
        uint* d = (uint*)(w.R + i->D), a = (uint*)(w.R + i->A), b = (uint*)(w.R + i->B);
        for (uint lanes = w.Exec; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            d[lane] = (uint)(Convert(a[lane], c) << 16 | Convert(b[lane], c));
        }
    }

    const double SmallestNormal = 1.1754943508222875e-38;

    static ulong Convert(ulong bits, Conversion c)
    {
        if (!c.From.IsFloat())
        {
            int width = c.From.Bytes() * 8;
            ulong value = Extend(bits, width, c.From.IsSigned());
            if (!c.To.IsFloat()) return c.Saturate ? Clamp(value, c) : Extend(value, c.To.Bytes() * 8, c.To.IsSigned());
            return FromInteger(c.From.IsSigned() ? (long)value : (Int128)value, c);
        }
        double exact = ToDouble(bits, c.From);
        if (c.Flush && c.From == PtxType.F32 && Math.Abs(exact) < SmallestNormal) exact = Math.CopySign(0, exact);
        return c.To.IsFloat() ? FromFloat(exact, c) : ToInteger(exact, c);
    }

    static ulong Extend(ulong bits, int width, bool signed) =>
        signed ? (ulong)((long)(bits << (64 - width)) >> (64 - width)) : bits << (64 - width) >> (64 - width);

    static ulong Clamp(ulong value, Conversion c)
    {
        var wide = c.From.IsSigned() ? (long)value : (Int128)value;
        var (low, high) = Range(c.To);
        return (ulong)Int128.Clamp(wide, low, high);
    }

    static (Int128 Low, Int128 High) Range(PtxType type)
    {
        int width = type.Bytes() * 8;
        return type.IsSigned() ? (-(Int128.One << (width - 1)), (Int128.One << (width - 1)) - 1)
            : (Int128.Zero, (Int128.One << width) - 1);
    }

    static double ToDouble(ulong bits, PtxType type) => type switch
    {
        PtxType.F64 => BitConverter.UInt64BitsToDouble(bits),
        PtxType.F16 => Binary16.ToDouble((ushort)bits),
        PtxType.BF16 => Brain16.ToDouble((ushort)bits),
        _ => BitConverter.UInt32BitsToSingle((uint)bits),
    };

    static ulong ToInteger(double exact, Conversion c)
    {
        int width = c.To.Bytes() * 8;
        if (double.IsNaN(exact)) return c.From == PtxType.F64 || width == 64 ? 1ul << (width - 1) : 0;
        double whole = ToIntegral(exact, c.Rounding);
        var (low, high) = Range(c.To);
        // A double of 2^63 or 2^64 is beyond the range, whose ends it cannot hold.
        if (whole >= Math.Pow(2, c.To.IsSigned() ? width - 1 : width)) return (ulong)high;
        return whole <= (double)low ? (ulong)low : (ulong)(Int128)whole;
    }

    static double ToIntegral(double x, Rounding rounding) => rounding switch
    {
        Rounding.NearestInteger => Math.Round(x, MidpointRounding.ToEven),
        Rounding.DownInteger => Math.Floor(x),
        Rounding.UpInteger => Math.Ceiling(x),
        Rounding.ZeroInteger => Math.Truncate(x),
        _ => x,
    };

    static ulong FromInteger(Int128 value, Conversion c)
    {
        double d = (double)value;
        var back = (Int128)d;
        if (c.To != PtxType.F64)
        {
            // A 64-bit integer has more bits than a double. Set the lowest of a truncated one: it then lies on the right side
            // of every midpoint.
            if (back == value) return FromFloat(d, c);
            d = (double)(Int128.Abs(value) >> 11 << 11);
            d = BitConverter.UInt64BitsToDouble(BitConverter.DoubleToUInt64Bits(d) | 1);
            return FromFloat(value < 0 ? -d : d, c);
        }
        bool above = back > value, below = back < value, positive = value > 0;
        if (above && (c.Rounding == Rounding.Down || c.Rounding == Rounding.Zero && positive)) d = Math.BitDecrement(d);
        if (below && (c.Rounding == Rounding.Up || c.Rounding == Rounding.Zero && !positive)) d = Math.BitIncrement(d);
        return BitConverter.DoubleToUInt64Bits(d);
    }

    static ulong FromFloat(double exact, Conversion c)
    {
        exact = ToIntegral(exact, c.Rounding);
        if (c.Saturate) exact = exact > 0 ? Math.Min(exact, 1) : 0;
        if (c.Relu && !(exact > 0)) exact = double.IsNaN(exact) ? exact : 0;
        switch (c.To)
        {
            case PtxType.F64:
                return BitConverter.DoubleToUInt64Bits(Floats.OneNaN(exact));
            case PtxType.F16 or PtxType.F16x2:
                return Directed<Binary16>(exact, c.Rounding);
            case PtxType.BF16 or PtxType.BF16x2:
                return Directed<Brain16>(exact, c.Rounding);
            case PtxType.TF32:
                return (BitConverter.SingleToUInt32Bits((float)exact) + 0x1000u) & ~0x1FFFu;
        }
        float single = (float)exact;
        if (c.Rounding == Rounding.Zero && Math.Abs((double)single) > Math.Abs(exact))
            single = single > 0 ? MathF.BitDecrement(single) : MathF.BitIncrement(single);
        if (c.Rounding == Rounding.Down && single > exact) single = MathF.BitDecrement(single);
        if (c.Rounding == Rounding.Up && single < exact) single = MathF.BitIncrement(single);
        if (c.Flush) single = Floats.Flush(single);
        return BitConverter.SingleToUInt32Bits(Floats.OneNaN(single));
    }

    /// <summary>
    /// To a 16-bit format; their bits count up with the magnitude, so that the neighbour towards zero is one less.
    /// </summary>
    static ulong Directed<TFormat>(double exact, Rounding rounding) where TFormat : IHalfFormat
    {
        ushort bits = TFormat.FromDouble(exact);
        double back = TFormat.ToDouble(bits);
        bool towardsZero = rounding == Rounding.Zero && Math.Abs(back) > Math.Abs(exact);
        return towardsZero ? (ushort)(bits - 1) : bits;
    }

    public static void Widen<TA, TD>(Warp w, Instruction* i) where TA : unmanaged where TD : unmanaged, IBinaryInteger<TD>
    {
        TD* d = (TD*)(w.R + i->D);
        byte* a = w.R + i->A;
        for (int k = 0; k < Lanes.Count; k += 8)
        {
            if (typeof(TD) == typeof(long))
            {
                var (low, high) = Vector256.Widen(Vector256.Load((int*)a + k));
                Lanes.Keep(w, (long*)d, k, low);
                Lanes.Keep(w, (long*)d, k + 4, high);
            }
            else
            {
                var (low, high) = Vector256.Widen(Vector256.Load((uint*)a + k));
                Lanes.Keep(w, (ulong*)d, k, low);
                Lanes.Keep(w, (ulong*)d, k + 4, high);
            }
        }
    }

    public static void Narrow(Warp w, Instruction* i)
    {
        uint* d = (uint*)(w.R + i->D);
        ulong* a = (ulong*)(w.R + i->A);
        for (int k = 0; k < Lanes.Count; k += 8)
            Lanes.Keep(w, d, k, Vector256.Narrow(Vector256.Load(a + k), Vector256.Load(a + k + 4)));
    }

    public static void SignedToSingle(Warp w, Instruction* i)
    {
        int* a = (int*)(w.R + i->A);
        for (int k = 0; k < Lanes.Count; k += 8)
            Lanes.Keep(w, (float*)(w.R + i->D), k, Vector256.ConvertToSingle(Vector256.Load(a + k)));
    }
}

struct UnsignedToSingle : IScalar1<uint, float>
{
    public static float Apply(uint a) => (long)a;
}

struct SingleToSigned : IScalar1<float, int>
{
    public static int Apply(float a) =>
        a >= 2147483648f ? int.MaxValue : a <= -2147483648f ? int.MinValue : float.IsNaN(a) ? 0 : (int)a;
}

/// <summary>To an integral value: floor, ceiling, truncation, nearest even.</summary>
struct Floor : IVector1<float>
{
    public static Vector256<float> Apply(Vector256<float> a) => Floats.OneNaN(Vector256.Floor(a));
}

struct Ceiling : IVector1<float>
{
    public static Vector256<float> Apply(Vector256<float> a) => Floats.OneNaN(Vector256.Ceiling(a));
}

struct Truncate : IVector1<float>
{
    public static Vector256<float> Apply(Vector256<float> a) => Floats.OneNaN(Vector256.Truncate(a));
}

struct Nearest : IVector1<float>
{
    public static Vector256<float> Apply(Vector256<float> a) => Floats.OneNaN(Vector256.Round(a));
}
