using System.Buffers.Binary;
using System.IO.Hashing;

namespace Ssgan.Gan.Data.Imaging;

/// <summary>
/// A tEXt chunk "Software: ssgan" right behind the header of every PNG sheet this library writes [PNG specification, 11.3.3.2],
/// so that a sheet which lies in a folder of images is not taken for one of them.
/// </summary>
internal static class SheetMark
{
    // The signature and IHDR with its 13 bytes.
    const int At = 8 + 12 + 13;

    static readonly byte[] Chunk = Make("tEXtSoftware\0ssgan"u8);

    /// <summary>How many first bytes of a file decide.</summary>
    internal static int HeadBytes => At + Chunk.Length;

    internal static byte[] Insert(ReadOnlySpan<byte> png) => [.. png[..At], .. Chunk, .. png[At..]];

    internal static bool IsIn(ReadOnlySpan<byte> head) => head.Length >= HeadBytes && head[At..].StartsWith(Chunk);

    static byte[] Make(ReadOnlySpan<byte> typeAndData)
    {
        byte[] chunk = new byte[4 + typeAndData.Length + 4];
        BinaryPrimitives.WriteInt32BigEndian(chunk, typeAndData.Length - 4);
        typeAndData.CopyTo(chunk.AsSpan(4));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(4 + typeAndData.Length), Crc32.HashToUInt32(typeAndData));
        return chunk;
    }
}
