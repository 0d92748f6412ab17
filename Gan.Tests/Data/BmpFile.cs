using System.Buffers.Binary;

namespace Ssgan.Tests.Data;

/// <summary>8x8 BMP files field by field: BITMAPINFOHEADER, BITMAPV3INFOHEADER, BITMAPV4HEADER and BITMAPV5HEADER.</summary>
static class BmpFile
{
    public const int Side = 8, Rgb = 0, Bitfields = 3;

    /// <summary>Header of 40, 56, 108 or 124 bytes; masks of R, G, B, A; pixel(x, y) as an integer of that many bits.</summary>
    public static byte[] Make(
        int header, int bits, int compression, uint[] masks, Func<int, int, uint> pixel, byte[]? colourSpace = null)
    {
        // Behind a short header the masks follow it; longer ones have room for them.
        int offset = 14 + header + (header == 40 ? masks.Length * 4 : 0), stride = Side * bits / 8;
        byte[] file = new byte[offset + Side * stride];
        "BM"u8.CopyTo(file);
        int[] fields = [file.Length, 0, offset, header, Side, Side, 1 | bits << 16, compression, Side * stride, 2835, 2835, 0, 0];
        for (int i = 0; i < fields.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2 + i * 4), fields[i]);
        for (int i = 0; i < masks.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(54 + i * 4), masks[i]);
        colourSpace?.CopyTo(file, 70);
        for (int y = 0; y < Side; y++)
            for (int x = 0; x < Side; x++)
            {
                Span<byte> at = file.AsSpan(offset + (Side - 1 - y) * stride + x * bits / 8);
                if (bits == 16) BinaryPrimitives.WriteUInt16LittleEndian(at, (ushort)pixel(x, y));
                else BinaryPrimitives.WriteUInt32LittleEndian(at, pixel(x, y));
            }
        return file;
    }
}
