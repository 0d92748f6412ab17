using System.Buffers.Binary;
using System.IO.Compression;

namespace Ssgan.Tests.Data;

/// <summary>PNG files chunk by chunk, for what no writer at hand writes.</summary>
static class PngFile
{
    /// <summary>Where the first chunk after IHDR begins.</summary>
    const int AfterHeader = 33;

    /// <summary>Rows of samples, without filter bytes, in bit depth and colour type of the PNG specification, 11.2.1.</summary>
    public static byte[] Make(int width, int height, int bitDepth, int colourType, byte[] samples)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = ((byte)bitDepth, (byte)colourType);
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            foreach (byte[] row in samples.Chunk(samples.Length / height)) zlib.Write([0, .. row]);
        byte[] data = Chunk("IDAT", compressed.ToArray());
        return [137, .. "PNG\r\n\x1a\n"u8, .. Chunk("IHDR", header), .. data, .. Chunk("IEND", [])];
    }

    public static byte[] Chunk(string type, byte[] data)
    {
        byte[] chunk = [0, 0, 0, 0, .. System.Text.Encoding.ASCII.GetBytes(type), .. data, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        uint crc = uint.MaxValue;
        foreach (byte b in chunk.AsSpan(4..^4))
        {
            crc ^= b;
            for (int k = 0; k < 8; k++) crc = crc >> 1 ^ (0xEDB88320 & (uint)-(int)(crc & 1));
        }
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), ~crc);
        return chunk;
    }

    public static byte[] InsertAfterHeader(byte[] png, byte[] chunk) => [.. png[..AfterHeader], .. chunk, .. png[AfterHeader..]];

    public static byte[] InsertBeforeEnd(byte[] png, byte[] chunk) => [.. png[..^12], .. chunk, .. png[^12..]];
}
