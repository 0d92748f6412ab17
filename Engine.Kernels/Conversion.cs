using System.Numerics;

namespace Ssgan.Engine.Kernels;

/// <summary>
/// Conversions of single numbers out of F32: to integers half to even, saturating, NaN to 0; to BF16 half to even,
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
}
