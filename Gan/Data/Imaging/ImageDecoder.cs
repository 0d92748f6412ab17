using SkiaSharp;

namespace Ssgan.Gan.Data.Imaging;

/// <summary>
/// An image file of any size as one small square: turned upright by its Exif orientation, laid over white, cropped at the centre
/// (or fitted in otherwise, <see cref="ImageFit"/>), resized. Values are the stored ones, without colour management, as Pillow
/// and torchvision read them; of 16 bits the upper 8 are used. A BMP file whose alpha is 0 everywhere is opaque. Sizes come from
/// the header before anything is allocated, so that a lying header costs nothing.
/// </summary>
internal static class ImageDecoder
{
    /// <summary>Raised whenever decoding, cropping or resizing changes a pixel.</summary>
    internal const int Version = 2;

    internal const long MaxPixels = 64L << 20;
    internal const long MaxFileBytes = 256L << 20;

    // Above this many pixels one image is decoded at a time, which bounds memory to 4 bytes x MaxPixels plus a little per core.
    const long LargePixels = 4L << 20;

    /// <summary>
    /// Writes (size, size, 3) RGB; says whether the picture was grey. The message of what it throws is a reason without the
    /// file's name: "is cut short".
    /// </summary>
    /// <exception cref="DatasetException">The bytes are not an image that can be read whole, or one above 64
    /// megapixels.</exception>
    internal static bool Decode(ReadOnlySpan<byte> file, int size, Span<byte> pixels, Lock large,
        ImageFit fit = ImageFit.Crop)
    {
        using SKData data = SKData.CreateCopy(BmpHeader.WithAlphaMask(file));
        using SKCodec codec = ImageCodec.Open(data) ?? throw new DatasetException(file.IsEmpty ? "is empty"
            : ImageFiles.IsImage(file) ? "is damaged or cut short" : "is not a PNG, JPEG, WebP or BMP image");
        if (codec.EncodedFormat is not (SKEncodedImageFormat.Png or SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Webp
            or SKEncodedImageFormat.Bmp))
            throw new DatasetException($"is of the unsupported format {codec.EncodedFormat}");
        int width = codec.Info.Width, height = codec.Info.Height;
        if (width <= 0 || height <= 0) throw new DatasetException("has no pixels");
        long count = (long)width * height;
        if (count > MaxPixels)
            throw new DatasetException($"is {width}x{height}, above the limit of {MaxPixels >> 20} megapixels");

        if (codec.EncodedFormat == SKEncodedImageFormat.Bmp && BmpHeader.IsCutShort(file))
            throw new DatasetException("is cut short");
        ImageOrientation orientation = ExifReader.Orientation(codec, file);
        if (count <= LargePixels) Decode(codec, orientation, size, fit, pixels);
        else lock (large) Decode(codec, orientation, size, fit, pixels);
        return codec.Info.ColorType == SKColorType.Gray8;
    }

    /// <summary>The shorter side of an image, from its header; null where it is no image.</summary>
    internal static int? Side(string path)
    {
        using var codec = ImageCodec.Open(path);
        return codec is null || codec.Info.Width <= 0 || codec.Info.Height <= 0 ? null
            : Math.Min(codec.Info.Width, codec.Info.Height);
    }

    static void Decode(SKCodec codec, ImageOrientation orientation, int size, ImageFit fit, Span<byte> pixels)
    {
        int width = codec.Info.Width, height = codec.Info.Height;
        // Without a colour space Skia hands out the stored values: profiles, gAMA and cHRM would say how to show them.
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul, colorspace: null);
        using var bitmap = new SKBitmap();
        if (!bitmap.TryAllocPixels(info)) throw new DatasetException($"is {width}x{height}, for which there is no memory");
        SKCodecResult result = codec.GetPixels(info, bitmap.GetPixels());
        if (result != SKCodecResult.Success)
            throw new DatasetException(result == SKCodecResult.IncompleteInput ? "is cut short" : $"is damaged ({result})");
        Span<byte> rgba = bitmap.GetPixelSpan();
        bool opaque = codec.Info.AlphaType == SKAlphaType.Opaque
            || codec.EncodedFormat == SKEncodedImageFormat.Bmp && HasNoAlpha(rgba);
        int side = Math.Min(width, height), rowBytes = bitmap.RowBytes;
        if (fit != ImageFit.Crop && width != height)
        {
            if (!opaque) OverWhite(rgba, rowBytes, width, height);
            (rgba, width, height) = orientation.Upright(rgba, rowBytes, width, height);
            ImageFrame.Fill(rgba, width, height, fit, size, pixels);
            return;
        }
        (int left, int top) = orientation.CentredSquare(width, height);
        rgba = rgba.Slice(top * rowBytes + left * 4);
        if (!opaque) OverWhite(rgba, rowBytes, side, side);
        orientation.Turn(rgba, rowBytes, side);
        new Resampler(side, size).Resize(rgba, rowBytes, 4, pixels);
    }

    // Many writers of BMP leave 0 where the header's mask expects alpha: a picture of nothing at all means one without alpha.
    static bool HasNoAlpha(ReadOnlySpan<byte> rgba)
    {
        for (int i = 3; i < rgba.Length; i += 4)
            if (rgba[i] != 0) return false;
        return true;
    }

    // Before averaging: a colour under zero alpha must not bleed into its neighbours.
    static void OverWhite(Span<byte> rgba, int rowBytes, int width, int height)
    {
        for (int y = 0; y < height; y++)
        {
            Span<byte> row = rgba.Slice(y * rowBytes, width * 4);
            for (int x = 0; x < row.Length; x += 4)
            {
                int alpha = row[x + 3];
                if (alpha == 255) continue;
                for (int c = 0; c < 3; c++) row[x + c] = (byte)((row[x + c] * alpha + 255 * (255 - alpha) + 127) / 255);
            }
        }
    }
}
