using System.Buffers.Binary;
using System.IO.Hashing;
using SkiaSharp;

namespace Ssgan.Gan.Data.Imaging;

/// <summary>
/// An animation as PNG: the image data of Skia's PNGs, one after another in one file [PNG specification, third edition, sections
/// 4.9 and 11.3.6], shown for ever. Who knows no animations sees the first frame.
/// </summary>
public static class AnimatedPng
{
    const int Signature = 8, ChunkFrame = 12;

    /// <summary>Writes the file.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="frames">U8 (size, size, 3) each, drawn as they are asked for.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="size">Image side.</param>
    /// <param name="scale">Size of each pixel.</param>
    /// <param name="milliseconds">How long a frame stays.</param>
    /// <exception cref="ArgumentException">A value is out of range, or there are other frames than were announced.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(Stream stream, IEnumerable<byte[]> frames, int count, int size, int scale, int milliseconds)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(frames);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(scale, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(milliseconds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(milliseconds, ushort.MaxValue);
        int side = checked(size * scale), drawn = 0, sequence = 0;
        byte[] data = new byte[26];
        foreach (byte[] frame in frames)
        {
            if (drawn == count) throw new ArgumentException($"There are more frames than {count}.");
            using var png = ImageFile.Encode(frame, size, scale, static p => p.Encode(SKEncodedImageFormat.Png, 100));
            var file = png.AsSpan();
            if (drawn == 0)
            {
                // Signature and header, which all frames have alike.
                stream.Write(file[..(Signature + ChunkFrame + 13)]);
                Put(data, 0, count);
                Put(data, 4, 0);
                Write(stream, "acTL"u8, data.AsSpan(0, 8));
            }
            Put(data, 0, sequence++);
            Put(data, 4, side);
            Put(data, 8, side);
            Put(data, 12, 0);
            Put(data, 16, 0);
            BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(20), (ushort)milliseconds);
            BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(22), 1000);
            // Nothing is disposed of, and nothing blended.
            (data[24], data[25]) = (0, 0);
            Write(stream, "fcTL"u8, data);
            CopyData(stream, file, drawn == 0, ref sequence);
            drawn++;
        }
        if (drawn < count) throw new ArgumentException($"There are {drawn} frames, fewer than {count}.");
        Write(stream, "IEND"u8, []);
    }

    /// <summary>The image data of a PNG: of the first frame as they are, of others numbered.</summary>
    static void CopyData(Stream stream, ReadOnlySpan<byte> file, bool isFirst, ref int sequence)
    {
        for (int at = Signature; at + ChunkFrame <= file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file[at..]);
            var chunk = file.Slice(at, ChunkFrame + length);
            at += chunk.Length;
            if (!chunk[4..].StartsWith("IDAT"u8)) continue;
            if (isFirst)
            {
                stream.Write(chunk);
                continue;
            }
            byte[] numbered = new byte[4 + length];
            Put(numbered, 0, sequence++);
            chunk.Slice(8, length).CopyTo(numbered.AsSpan(4));
            Write(stream, "fdAT"u8, numbered);
        }
    }

    static void Put(byte[] data, int at, int value) => BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(at), value);

    static void Write(Stream stream, ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        byte[] chunk = new byte[ChunkFrame + data.Length];
        Put(chunk, 0, data.Length);
        name.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        uint sum = Crc32.HashToUInt32(chunk.AsSpan(4, 4 + data.Length));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), sum);
        stream.Write(chunk);
    }
}
