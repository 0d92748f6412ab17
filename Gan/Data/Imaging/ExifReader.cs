using System.Buffers.Binary;
using System.IO.Hashing;
using SkiaSharp;

namespace Ssgan.Gan.Data.Imaging;

/// <summary>
/// The orientation that a file's Exif data states. Skia reads it in JPEG files. It does not look for the eXIf chunk of PNG, which
/// may stand before or after the image data (PNG specification, third edition, 11.3.4.5), and not behind the "Exif\0\0" that some
/// writers put first in the EXIF chunk of WebP. Data that is damaged, or cut short, states nothing.
/// </summary>
internal static class ExifReader
{
    const int OrientationTag = 0x0112, ShortType = 3;
    const int PngSignatureBytes = 8, PngChunkFrame = 12, RiffHeaderBytes = 12, RiffChunkHeader = 8, WebpExifFlag = 0x08;

    internal static ImageOrientation Orientation(SKCodec codec, ReadOnlySpan<byte> file) =>
        ImageOrientation.FromExif(codec.EncodedFormat switch
        {
            SKEncodedImageFormat.Png => OfTiff(InPng(file)),
            SKEncodedImageFormat.Webp => OfTiff(InWebp(file)),
            _ => (int)codec.EncodedOrigin,
        });

    // Chunks: length (4, big-endian), type (4), data, checksum (4). A wrong checksum voids the chunk, as in libpng.
    static ReadOnlySpan<byte> InPng(ReadOnlySpan<byte> file)
    {
        for (ReadOnlySpan<byte> rest = file[Math.Min(PngSignatureBytes, file.Length)..]; rest.Length >= PngChunkFrame;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > (uint)(rest.Length - PngChunkFrame)) return default;
            ReadOnlySpan<byte> typed = rest.Slice(4, 4 + (int)length);
            if (typed.StartsWith("IEND"u8)) return default;
            uint checksum = BinaryPrimitives.ReadUInt32BigEndian(rest[(8 + (int)length)..]);
            if (typed.StartsWith("eXIf"u8) && Crc32.HashToUInt32(typed) == checksum) return typed[4..];
            rest = rest[(PngChunkFrame + (int)length)..];
        }
        return default;
    }

    // Chunks: type (4), length (4, little-endian), data, padding after an odd length. The first one announces the others.
    static ReadOnlySpan<byte> InWebp(ReadOnlySpan<byte> file)
    {
        ReadOnlySpan<byte> rest = file[Math.Min(RiffHeaderBytes, file.Length)..];
        if (rest.Length <= RiffChunkHeader || !rest.StartsWith("VP8X"u8)) return default;
        if ((rest[RiffChunkHeader] & WebpExifFlag) == 0) return default;
        while (rest.Length >= RiffChunkHeader)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
            if (length > (uint)(rest.Length - RiffChunkHeader)) return default;
            if (rest.StartsWith("EXIF"u8)) return rest.Slice(RiffChunkHeader, (int)length);
            rest = rest[(int)Math.Min(rest.Length, RiffChunkHeader + length + (length & 1))..];
        }
        return default;
    }

    /// <summary>The value of the tag in the first directory of TIFF data, or 0.</summary>
    static int OfTiff(ReadOnlySpan<byte> tiff)
    {
        if (tiff.StartsWith("Exif\0\0"u8)) tiff = tiff[6..];
        bool big = tiff.StartsWith("MM\0*"u8);
        if (tiff.Length < 8 || !big && !tiff.StartsWith("II*\0"u8)) return 0;
        uint at = big ? BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]);
        if (at > (uint)(tiff.Length - 2)) return 0;
        ReadOnlySpan<byte> directory = tiff[(int)at..];
        int entries = U16(directory, big);
        for (directory = directory[2..]; entries > 0 && directory.Length >= 12; entries--, directory = directory[12..])
            if (U16(directory, big) == OrientationTag && U16(directory[2..], big) == ShortType) return U16(directory[8..], big);
        return 0;
    }

    static int U16(ReadOnlySpan<byte> bytes, bool big) =>
        big ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
}
