using Ssgan.Engine.Serialization;

namespace Ssgan.Gan.Data.Imaging;

/// <summary>Many small images on one sheet.</summary>
public static class ImageGrid
{
    const int Gap = 2;
    const long MostPixels = 1L << 28;

    /// <summary>
    /// PNG bytes of <paramref name="count"/> images (count, size, size, 3) laid out row by row, each pixel drawn as scale x
    /// scale, with a gap of two pixels between images. No columns given: the most nearly square sheet. A tEXt chunk marks it, so
    /// that a folder of images leaves it out.
    /// </summary>
    /// <exception cref="ArgumentException">The pixels do not fit, an argument is not positive, or the sheet is above 256
    /// megapixels.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int count, int size, int columns = 0, int scale = 2)
    {
        CheckSheet(count, size, columns, scale);
        if (pixels.Length != (long)count * size * size * 3)
            throw new ArgumentException(
                $"ImageGrid: {count} images of {size}x{size}x3 take {(long)count * size * size * 3} bytes, " +
                $"but {pixels.Length} were given.");
        (columns, int width, int height) = Layout(count, size, columns, scale);
        var sheet = new uint[width * height];
        sheet.AsSpan().Fill(ImageFile.Pack(32, 32, 36));
        for (int i = 0; i < count; i++)
            Place(pixels.Slice(i * size * size * 3, size * size * 3), size, scale, sheet, width,
                i % columns * (size * scale + Gap) + Gap, i / columns * (size * scale + Gap) + Gap);
        using var png = ImageFile.Encode(sheet, width, height);
        return SheetMark.Insert(png.AsSpan());
    }

    /// <summary>
    /// Writes the sheet of <see cref="Encode"/> to a PNG file that appears whole or not at all; missing folders are created.
    /// </summary>
    /// <exception cref="ArgumentException">As <see cref="Encode"/>.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, ReadOnlySpan<byte> pixels, int count, int size, int columns = 0, int scale = 2)
    {
        byte[] png = Encode(pixels, count, size, columns, scale);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        AtomicFile.Write(path, stream => stream.Write(png));
    }

    /// <summary>Whether <see cref="Encode"/> would lay so many images out, to be asked before they are drawn.</summary>
    /// <exception cref="ArgumentException">An argument is not positive, or the sheet is above 256 megapixels.</exception>
    public static void CheckSheet(int count, int size, int columns = 0, int scale = 2)
    {
        if (count <= 0 || size <= 0 || scale <= 0 || columns < 0)
            throw new ArgumentException(
                $"ImageGrid: count {count}, size {size} and scale {scale} must be positive, and columns {columns} not negative.");
        _ = Layout(count, size, columns, scale);
    }

    static (int Columns, int Width, int Height) Layout(int count, int size, int columns, int scale)
    {
        if (columns == 0) columns = (int)Math.Ceiling(Math.Sqrt(count));
        columns = Math.Min(columns, count);
        int rows = (count + columns - 1) / columns;
        long wide = Side(columns, size, scale), high = Side(rows, size, scale);
        if (wide > MostPixels || high > MostPixels || wide * high > MostPixels)
            throw new ArgumentException($"A sheet of {wide}x{high} pixels is too large: take fewer images or a smaller scale.");
        return (columns, (int)wide, (int)high);
    }

    static long Side(int cells, int size, int scale) => (long)cells * ((long)size * scale + Gap) + Gap;

    static void Place(ReadOnlySpan<byte> image, int size, int scale, Span<uint> sheet, int width, int left, int top)
    {
        for (int y = 0; y < size * scale; y++)
        {
            Span<uint> line = sheet.Slice((top + y) * width + left, size * scale);
            ReadOnlySpan<byte> source = image.Slice(y / scale * size * 3, size * 3);
            for (int x = 0; x < line.Length; x++)
            {
                int at = x / scale * 3;
                line[x] = ImageFile.Pack(source[at], source[at + 1], source[at + 2]);
            }
        }
    }
}
