using System.Buffers.Binary;
using SkiaSharp;

namespace Ssgan.Gan.Data.Imaging;

/// <summary>
/// An animation as WebP: still images of Skia's encoder, each in a frame of the extended format's container [WebP Container
/// Specification; RFC 9649, section 2.7]. Every frame is a whole picture and replaces the one before; all are shown for ever.
/// </summary>
public static class AnimatedWebp
{
    const byte HasAnimation = 0b10, DoesNotBlend = 0b10;
    const int MostSide = 1 << 14, MostMilliseconds = (1 << 24) - 1, FrameHeader = 16, ChunkHeader = 8;

    /// <summary>Quality at which pixels are kept as they are.</summary>
    public const int Lossless = 100;

    /// <summary>Writes the file, all of it.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="frames">U8 (size, size, 3) each, drawn as they are asked for.</param>
    /// <param name="size">Image side.</param>
    /// <param name="scale">Size of each pixel.</param>
    /// <param name="milliseconds">How long a frame stays.</param>
    /// <param name="quality">1 to 99, or <see cref="Lossless"/>.</param>
    /// <exception cref="ArgumentException">A value is out of range, a frame of another size, or there is none.</exception>
    /// <exception cref="IOException">The file would be longer than its format's 4 GiB, or cannot be written.</exception>
    public static void Write(Stream stream, IEnumerable<byte[]> frames, int size, int scale, int milliseconds, int quality)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(frames);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(scale, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(milliseconds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(milliseconds, MostMilliseconds);
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, Lossless);
        long side = (long)size * scale;
        if (side > MostSide) throw new ArgumentException($"A WebP has at most {MostSide}x{MostSide} pixels, not {side}x{side}.");
        // Their lengths stand before them.
        byte[][] bitstreams = [.. frames.Select(f => Bitstream(f, size, scale, quality))];
        if (bitstreams.Length == 0) throw new ArgumentException("An animation has at least one frame.");
        Span<byte> head = stackalloc byte[ChunkHeader + FrameHeader];
        long length = 4 + ChunkHeader + 10 + ChunkHeader + 6
            + bitstreams.Sum(static b => (long)ChunkHeader + FrameHeader + b.Length);
        if (length > uint.MaxValue - 1) throw new IOException($"The animation would have {length:N0} bytes, above 4 GiB.");

        Chunk(head, "RIFF"u8, (uint)length);
        "WEBP"u8.CopyTo(head[ChunkHeader..]);
        stream.Write(head[..(ChunkHeader + 4)]);

        Chunk(head, "VP8X"u8, 10);
        head[ChunkHeader] = HasAnimation;
        Int24(head[(ChunkHeader + 4)..], (int)side - 1);
        Int24(head[(ChunkHeader + 7)..], (int)side - 1);
        stream.Write(head[..(ChunkHeader + 10)]);

        // A background of nothing, and played for ever.
        Chunk(head, "ANIM"u8, 6);
        stream.Write(head[..(ChunkHeader + 6)]);

        foreach (byte[] bitstream in bitstreams)
        {
            // At the left top, of the whole canvas.
            Chunk(head, "ANMF"u8, (uint)(FrameHeader + bitstream.Length));
            var frame = head[ChunkHeader..];
            Int24(frame[6..], (int)side - 1);
            Int24(frame[9..], (int)side - 1);
            Int24(frame[12..], milliseconds);
            frame[15] = DoesNotBlend;
            stream.Write(head);
            stream.Write(bitstream);
        }
    }

    static void Chunk(Span<byte> head, ReadOnlySpan<byte> name, uint length)
    {
        head.Clear();
        name.CopyTo(head);
        BinaryPrimitives.WriteUInt32LittleEndian(head[4..], length);
    }

    static void Int24(Span<byte> at, int value) => (at[0], at[1], at[2]) = ((byte)value, (byte)(value >> 8), (byte)(value >> 16));

    /// <summary>The chunk "VP8L" or "VP8 " of a still image, with its head and its padding to an even length.</summary>
    static byte[] Bitstream(byte[] pixels, int size, int scale, int quality)
    {
        // Without loss, Skia's quality is the effort.
        var options = quality == Lossless ? new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 75)
            : new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossy, quality);
        using var still = ImageFile.Encode(pixels, size, scale, pixmap => pixmap.Encode(options));
        var file = still.AsSpan();
        // Past "RIFF", its length and "WEBP". Other chunks, which pictures with alpha or a colour profile have, are stepped over.
        for (int at = 12; at + ChunkHeader <= file.Length;)
        {
            var chunk = file[at..];
            long length = ChunkHeader + (((long)BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]) + 1) & ~1L);
            if (chunk.StartsWith("VP8L"u8) || chunk.StartsWith("VP8 "u8)) return chunk[..(int)length].ToArray();
            at = checked(at + (int)length);
        }
        throw new InvalidOperationException("A still image has no bitstream.");
    }
}
