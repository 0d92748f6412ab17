namespace Ssgan.Gan.Metrics.Networks;

/// <summary>Whether bytes are the images that they are said to be.</summary>
static class PixelGuard
{
    public static void Check(ReadOnlySpan<byte> pixels, int count, int size)
    {
        if (count < 0 || size < 1 || pixels.Length != (long)count * size * size * 3)
            throw new ArgumentException(
                $"{count} RGB images of {size} x {size} pixels have {(long)count * size * size * 3} bytes, not {pixels.Length}.");
    }
}
