namespace Ssgan.Engine.Kernels;

/// <summary>bfloat16 on the host: the upper half of a float, rounded to nearest even; NaN stays NaN.</summary>
static class BFloat16
{
    /// <summary>The nearest bfloat16, as bits.</summary>
    public static ushort FromSingle(float x) => Conversion.ToBFloat16(x);

    /// <summary>The value of the bits.</summary>
    public static float ToSingle(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>x rounded to the nearest bfloat16.</summary>
    public static float Round(float x) => ToSingle(FromSingle(x));
}
