using System.Numerics;

namespace Ssgan.Engine.Kernels;

/// <summary>
/// Conversions of single numbers and of vectors: to integers half to even, saturating, NaN to 0; to BF16 and F16 half to even,
/// NaN to a quiet NaN.
/// </summary>
static class Conversion
{
    public static int ToInt32(float x)
    {
        float r = MathF.Round(x, MidpointRounding.ToEven);
        // 2^31 is the first float above the largest int.
        return float.IsNaN(r) ? 0 : r >= 2147483648f ? int.MaxValue : r <= -2147483648f ? int.MinValue : (int)r;
    }

    public static long ToInt64(double x)
    {
        double r = Math.Round(x, MidpointRounding.ToEven);
        // 2^63 is the first double above the largest long.
        return double.IsNaN(r) ? 0 : r >= 9223372036854775808d ? long.MaxValue : r <= long.MinValue ? long.MinValue : (long)r;
    }

    public static byte ToByte(float x)
    {
        float r = MathF.Round(x, MidpointRounding.ToEven);
        return r > 0f ? r >= 255f ? (byte)255 : (byte)r : (byte)0;
    }

    /// <summary>
    /// Keeps the upper 16 bits after adding just under half of the last kept bit, or exactly half where that bit is odd.
    /// </summary>
    public static ushort ToBFloat16(float x)
    {
        uint bits = BitConverter.SingleToUInt32Bits(x);
        return (ushort)(float.IsNaN(x) ? bits >> 16 | 0x40u : bits + 0x7FFFu + (bits >> 16 & 1u) >> 16);
    }

    public static Vector<uint> ToBFloat16(Vector<float> x)
    {
        var bits = Vector.AsVectorUInt32(x);
        var upper = Vector.ShiftRightLogical(bits, 16);
        var rounded = Vector.ShiftRightLogical(bits + Vector.Create(0x7FFFu) + (upper & Vector<uint>.One), 16);
        return Vector.ConditionalSelect(Vector.AsVectorUInt32(Vector.Equals(x, x)), rounded, upper | Vector.Create(0x40u));
    }

    /// <summary>Bits of F16, one a lane.</summary>
    public static Vector<uint> ToHalf(Vector<float> x)
    {
        var bits = Vector.AsVectorUInt32(x);
        var magnitude = bits & Vector.Create(0x7FFFFFFFu);
        var odd = Vector.ShiftRightLogical(magnitude, 13) & Vector<uint>.One;
        // The exponent's bias is 112 less; an overflow of the rounded mantissa steps into the exponent.
        var normal = Vector.ShiftRightLogical(magnitude - Vector.Create(112u << 23) + Vector.Create(0xFFFu) + odd, 13);
        // Beside 0.5 a float's last place is the smallest subnormal, and the addition rounds to it.
        var half = Vector.Create(0.5f);
        var subnormal = Vector.AsVectorUInt32(Vector.AsVectorSingle(magnitude) + half) - Vector.AsVectorUInt32(half);
        var y = Vector.ConditionalSelect(Vector.LessThan(magnitude, Vector.Create(113u << 23)), subnormal, normal);
        // From 65520 on it is infinity.
        y = Vector.ConditionalSelect(Vector.GreaterThanOrEqual(magnitude, Vector.Create(0x477FF000u)), Vector.Create(0x7C00u), y);
        y = Vector.ConditionalSelect(Vector.GreaterThan(magnitude, Vector.Create(0x7F800000u)), Vector.Create(0x7E00u), y);
        return y | Vector.ShiftRightLogical(bits ^ magnitude, 16);
    }

    /// <summary>The values of bits of F16, one a lane.</summary>
    public static Vector<float> FromHalf(Vector<uint> bits)
    {
        var magnitude = Vector.ShiftLeft(bits & Vector.Create(0x7FFFu), 13);
        // A product with 2^112 moves the exponent, and makes subnormal numbers normal ones.
        var value = Vector.AsVectorUInt32(Vector.AsVectorSingle(magnitude) * Vector.Create(5.192296858534828e33f));
        var finite = Vector.LessThan(magnitude, Vector.Create(0x7C00u << 13));
        value = Vector.ConditionalSelect(finite, value, magnitude | Vector.Create(0x7F800000u));
        return Vector.AsVectorSingle(value | Vector.ShiftLeft(bits & Vector.Create(0x8000u), 16));
    }
}
