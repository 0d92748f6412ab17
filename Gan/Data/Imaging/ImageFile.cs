using System.Runtime.InteropServices;
using SkiaSharp;
using Ssgan.Engine.Serialization;

namespace Ssgan.Gan.Data.Imaging;

/// <summary>One image as a file.</summary>
public static class ImageFile
{
    /// <summary>Writes a PNG, which appears whole or not at all.</summary>
    /// <param name="path">The file; its folder is there.</param>
    /// <param name="pixels">RGB (size, size, 3).</param>
    /// <param name="size">Its side.</param>
    /// <exception cref="ArgumentException">The pixels are not so many.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Save(string path, ReadOnlySpan<byte> pixels, int size)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (size < 1 || pixels.Length != (long)size * size * 3)
            throw new ArgumentException($"ImageFile: an image of {size}x{size} has other than {pixels.Length} bytes.");
        var rgba = new uint[size * size];
        for (int i = 0; i < rgba.Length; i++) rgba[i] = Pack(pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]);
        using SKData png = Encode(rgba, size, size);
        AtomicFile.Write(path, stream => png.SaveTo(stream));
    }

    // Memory order R, G, B, A whatever the machine's byte order.
    internal static uint Pack(byte r, byte g, byte b) =>
        BitConverter.IsLittleEndian ? r | (uint)g << 8 | (uint)b << 16 | 0xFF000000u
            : (uint)r << 24 | (uint)g << 16 | (uint)b << 8 | 0xFFu;

    /// <summary>Opaque pixels of <see cref="Pack"/>, (height, width), as PNG.</summary>
    internal static SKData Encode(uint[] pixels, int width, int height)
    {
        using var image = Image(pixels, width, height);
        return image.Encode(SKEncodedImageFormat.Png, 100)
            ?? throw new InvalidOperationException("An image could not be encoded.");
    }

    /// <summary>RGB (size, size, 3), each pixel drawn as scale x scale, in another format.</summary>
    /// <exception cref="ArgumentException">The pixels are not so many.</exception>
    internal static SKData Encode(byte[] pixels, int size, int scale, Func<SKPixmap, SKData?> encode)
    {
        if (pixels.Length != (long)size * size * 3)
            throw new ArgumentException($"ImageFile: an image of {size}x{size} has other than {pixels.Length} bytes.");
        int side = checked(size * scale);
        var rgba = new uint[checked(side * side)];
        for (int i = 0; i < rgba.Length; i++)
        {
            int at = (i / side / scale * size + i % side / scale) * 3;
            rgba[i] = Pack(pixels[at], pixels[at + 1], pixels[at + 2]);
        }
        using var image = Image(rgba, side, side);
        using var pixmap = image.PeekPixels();
        return encode(pixmap) ?? throw new InvalidOperationException("An image could not be encoded.");
    }

    static SKImage Image(uint[] pixels, int width, int height)
    {
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using SKData raw = SKData.CreateCopy(MemoryMarshal.AsBytes(pixels.AsSpan()));
        return SKImage.FromPixels(info, raw, width * 4)
            ?? throw new InvalidOperationException("An image could not be made of its pixels.");
    }
}
