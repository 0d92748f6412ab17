using System.Buffers.Binary;

namespace Ssgan.Gan.Data.Imaging;

/// <summary>
/// Skia ignores the mask for alpha in a header of 56 bytes (BITMAPV3INFOHEADER, which GIMP writes where it is asked to leave out
/// colour space information), and heeds the same mask in the longer headers of versions four and five.
/// </summary>
internal static class BmpHeader
{
    const int PixelsAt = 10, HeaderAt = 14, CompressionAt = 30, AlphaMaskAt = 66, Bitfields = 3, Third = 56, Fourth = 108;

    /// <summary>
    /// The file with a header of the fourth version in place of one of the third with a mask for alpha; other files as they are.
    /// </summary>
    internal static ReadOnlySpan<byte> WithAlphaMask(ReadOnlySpan<byte> file)
    {
        const int end = HeaderAt + Third, more = Fourth - Third;
        if (file.Length < end || !file.StartsWith("BM"u8) || U32(file, HeaderAt) != Third) return file;
        uint pixels = U32(file, PixelsAt);
        if (U32(file, CompressionAt) != Bitfields || U32(file, AlphaMaskAt) == 0) return file;
        if (pixels < end || pixels > file.Length) return file;
        byte[] longer = [.. file[..end], .. new byte[more], .. file[end..]];
        BinaryPrimitives.WriteUInt32LittleEndian(longer.AsSpan(PixelsAt), pixels + more);
        BinaryPrimitives.WriteUInt32LittleEndian(longer.AsSpan(HeaderAt), Fourth);
        return longer;
    }

    /// <summary>
    /// Whether a file has fewer bytes than its header claims pixels without compression, as a small file may claim millions,
    /// for which memory would be taken.
    /// </summary>
    internal static bool IsCutShort(ReadOnlySpan<byte> file)
    {
        const int end = 54, depthAt = 28, firstHeader = 40;
        if (file.Length < end || !file.StartsWith("BM"u8) || U32(file, HeaderAt) < firstHeader
            || U32(file, CompressionAt) is not (0 or Bitfields)) return false;
        long width = (int)U32(file, HeaderAt + 4), height = Math.Abs((long)(int)U32(file, HeaderAt + 8)),
            depth = BinaryPrimitives.ReadUInt16LittleEndian(file[depthAt..]);
        // Rows fill whole words; some writers leave the last one as it is.
        return width > 0 && height > 0 && (height - 1) * ((width * depth + 31) / 32 * 4) + width * depth / 8 > file.Length;
    }

    static uint U32(ReadOnlySpan<byte> file, int at) => BinaryPrimitives.ReadUInt32LittleEndian(file[at..]);
}
