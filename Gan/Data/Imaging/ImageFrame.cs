namespace Ssgan.Gan.Data.Imaging;

/// <summary>A whole picture in a square, whatever its shape.</summary>
internal static class ImageFrame
{
    const byte White = 255;

    /// <param name="rgba">(height, width, 4).</param>
    /// <param name="width">Its width.</param>
    /// <param name="height">Its height.</param>
    /// <param name="fit">Padded or stretched.</param>
    /// <param name="size">Side of the square.</param>
    /// <param name="pixels">(size, size, 3) RGB.</param>
    internal static void Fill(ReadOnlySpan<byte> rgba, int width, int height, ImageFit fit, int size, Span<byte> pixels)
    {
        if (fit == ImageFit.Stretch)
        {
            new Resampler(width, height, size, size).Resize(rgba, width * 4, 4, pixels);
            return;
        }
        int longer = Math.Max(width, height);
        int w = Scaled(width), h = Scaled(height);
        byte[] inner = new byte[w * h * 3];
        new Resampler(width, height, w, h).Resize(rgba, width * 4, 4, inner);
        pixels.Fill(White);
        int left = (size - w) / 2, top = (size - h) / 2;
        for (int y = 0; y < h; y++)
            inner.AsSpan(y * w * 3, w * 3).CopyTo(pixels[(((top + y) * size + left) * 3)..]);

        int Scaled(int side) => Math.Max(1, (int)(((long)side * size + longer / 2) / longer));
    }
}
