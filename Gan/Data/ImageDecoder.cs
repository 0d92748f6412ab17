using SkiaSharp;

namespace Ssgan.Gan.Data;

/// <summary>
/// An image file of any size as one small square: turned upright by its EXIF orientation, laid over white, cropped at the centre, resized.
/// Sizes come from the header before anything is allocated, so that a lying header costs nothing.
/// </summary>
internal static class ImageDecoder
{
    internal const long MaxPixels = 64L << 20;
    internal const long MaxFileBytes = 256L << 20;

    // Above this many pixels one image is decoded at a time, which bounds memory to 4 bytes x MaxPixels plus a little per core.
    const long LargePixels = 4L << 20;

    /// <summary>Writes (size, size, 3) RGB. The message of what it throws is a reason without the file's name: "is cut short".</summary>
    /// <exception cref="DatasetException">The bytes are not an image that can be read whole, or one above 64 megapixels.</exception>
    internal static void Decode(ReadOnlySpan<byte> file, int size, Span<byte> pixels, Lock large)
    {
        using SKData data = SKData.CreateCopy(file);
        using SKCodec codec = SKCodec.Create(data) ?? throw new DatasetException("is not a PNG, JPEG, WebP or BMP image");
        if (codec.EncodedFormat is not (SKEncodedImageFormat.Png or SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Webp or SKEncodedImageFormat.Bmp))
            throw new DatasetException($"is of the unsupported format {codec.EncodedFormat}");
        int width = codec.Info.Width, height = codec.Info.Height;
        if (width <= 0 || height <= 0) throw new DatasetException("has no pixels");
        long count = (long)width * height;
        if (count > MaxPixels) throw new DatasetException($"is {width}x{height}, above the limit of {MaxPixels >> 20} megapixels");

        if (count <= LargePixels) Decode(codec, width, height, size, pixels);
        else lock (large) Decode(codec, width, height, size, pixels);
        Turn(pixels, size, codec.EncodedOrigin);
    }

    static void Decode(SKCodec codec, int width, int height, int size, Span<byte> pixels)
    {
        using SKColorSpace srgb = SKColorSpace.CreateSrgb();
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul, srgb);
        using var bitmap = new SKBitmap();
        if (!bitmap.TryAllocPixels(info)) throw new DatasetException($"is {width}x{height}, for which there is no memory");
        SKCodecResult result = codec.GetPixels(info, bitmap.GetPixels());
        if (result != SKCodecResult.Success)
            throw new DatasetException(result == SKCodecResult.IncompleteInput ? "is cut short" : $"is damaged ({result})");
        int side = Math.Min(width, height), left = (width - side) / 2, top = (height - side) / 2;
        Span<byte> rgba = bitmap.GetPixelSpan().Slice(top * bitmap.RowBytes + left * 4);
        OverWhite(rgba, bitmap.RowBytes, side);
        new Resampler(side, size).Resize(rgba, bitmap.RowBytes, 4, pixels);
    }

    // Before averaging: a colour under zero alpha must not bleed into its neighbours.
    static void OverWhite(Span<byte> rgba, int rowBytes, int side)
    {
        for (int y = 0; y < side; y++)
        {
            Span<byte> row = rgba.Slice(y * rowBytes, side * 4);
            for (int x = 0; x < row.Length; x += 4)
            {
                int alpha = row[x + 3];
                if (alpha == 255) continue;
                for (int c = 0; c < 3; c++) row[x + c] = (byte)((row[x + c] * alpha + 255 * (255 - alpha) + 127) / 255);
            }
        }
    }

    // The crop is a square, so orientation can wait until it is small.
    static void Turn(Span<byte> pixels, int size, SKEncodedOrigin origin)
    {
        if (origin is SKEncodedOrigin.TopLeft or SKEncodedOrigin.Default) return;
        byte[] stored = pixels.ToArray();
        int last = size - 1;
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                (int sx, int sy) = origin switch
                {
                    SKEncodedOrigin.TopRight => (last - x, y),
                    SKEncodedOrigin.BottomRight => (last - x, last - y),
                    SKEncodedOrigin.BottomLeft => (x, last - y),
                    SKEncodedOrigin.LeftTop => (y, x),
                    SKEncodedOrigin.RightTop => (y, last - x),
                    SKEncodedOrigin.RightBottom => (last - y, last - x),
                    SKEncodedOrigin.LeftBottom => (last - y, x),
                    _ => (x, y),
                };
                stored.AsSpan((sy * size + sx) * 3, 3).CopyTo(pixels.Slice((y * size + x) * 3, 3));
            }
        }
    }
}
