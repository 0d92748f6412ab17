namespace Ssgan.Gan.Metrics;

/// <summary>How a generator's output becomes the bytes that are measured. Scores depend on it.</summary>
public enum PixelMapping
{
    /// <summary>[−1, 1] to 0..255, whatever the images hold: floor(127.5·x + 128), clamped.</summary>
    Fixed,
    /// <summary>
    /// Stretched by the least and the largest value of all images together, as Mimicry does for FID and KID:
    /// floor(255·(x − min) / (max − min + 1e-5) + 0.5).
    /// </summary>
    MinMaxOfSet,
    /// <summary>The same by each batch's own extremes, as Mimicry does for the Inception Score.</summary>
    MinMaxOfBatch,
}

/// <summary>The least and the largest value of images.</summary>
/// <param name="Min">The least.</param>
/// <param name="Max">The largest.</param>
readonly record struct PixelRange(float Min, float Max)
{
    /// <summary>The range of no image: widened by any.</summary>
    public static PixelRange None { get; } = new(float.PositiveInfinity, float.NegativeInfinity);

    /// <summary>This range and those values.</summary>
    public PixelRange With(ReadOnlySpan<float> values)
    {
        var (min, max) = this;
        foreach (float x in values) (min, max) = (Math.Min(min, x), Math.Max(max, x));
        return new(min, max);
    }

    /// <summary>The values as bytes, this range stretched over all of them.</summary>
    public void Stretch(ReadOnlySpan<float> values, Span<byte> bytes)
    {
        float width = Max - Min + 1e-5f;
        for (int i = 0; i < values.Length; i++) bytes[i] = ToByte((values[i] - Min) / width * 255 + 0.5f);
    }

    /// <summary>Values in [−1, 1] as bytes.</summary>
    public static void Fixed(ReadOnlySpan<float> values, Span<byte> bytes)
    {
        for (int i = 0; i < values.Length; i++) bytes[i] = ToByte(127.5f * values[i] + 128);
    }

    static byte ToByte(float x) => (byte)Math.Clamp(x, 0, 255);
}
