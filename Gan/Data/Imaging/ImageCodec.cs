using SkiaSharp;

namespace Ssgan.Gan.Data.Imaging;

/// <summary>
/// Opens images with Skia, those alone that begin like a format it reads. All else Skia would hand to a decoder of cameras'
/// raw files, which finds by C++ exceptions that it has no use for it; where Skia comes without the tables of these (as beside a
/// program compiled ahead), they end the process.
/// </summary>
internal static class ImageCodec
{
    // As Skia compares them: what is let in here, one of its own decoders takes.
    static readonly byte[][] Heads =
    [
        [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10], [0xFF, 0xD8, 0xFF], "BM"u8.ToArray(), "GIF87a"u8.ToArray(),
        "GIF89a"u8.ToArray(), [0, 0, 1, 0], [0, 0, 2, 0],
    ];

    /// <summary>The decoder of an image; null where the bytes are none.</summary>
    internal static SKCodec? Open(SKData image) => IsKnown(image.AsSpan()) ? SKCodec.Create(image) : null;

    /// <summary>The decoder of an image file; null where it is none or cannot be opened.</summary>
    internal static SKCodec? Open(string path)
    {
        using SKData? image = SKData.Create(path);
        return image is null ? null : Open(image);
    }

    internal static bool IsKnown(ReadOnlySpan<byte> head)
    {
        if (head.Length >= 14 && head.StartsWith("RIFF"u8) && head[8..].StartsWith("WEBPVP"u8)) return true;
        foreach (byte[] begin in Heads)
            if (head.StartsWith(begin)) return true;
        return false;
    }
}
