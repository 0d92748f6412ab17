using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using SkiaSharp;
using Ssgan.Gan.Data.Imaging;

namespace Ssgan.Tests.Data;

/// <summary>Animations are taken apart by their formats' rules, and every frame is the picture that it was made of.</summary>
sealed class AnimationTests
{
    const int Size = 5, Count = 4;

    static readonly byte[][] s_frames = [.. Enumerable.Range(0, Count).Select(static i =>
    {
        byte[] pixels = new byte[Size * Size * 3];
        new Random(i).NextBytes(pixels);
        return pixels;
    })];

    [TestCase(1)]
    [TestCase(3)]
    public void A_webp_has_each_frame_as_it_was(int scale)
    {
        byte[] file = Webp(scale, 40, AnimatedWebp.Lossless);
        var chunks = Riff(file.AsSpan(12)).ToList();
        Assert.That(Encoding.ASCII.GetString(file, 0, 4) + Encoding.ASCII.GetString(file, 8, 4), Is.EqualTo("RIFFWEBP"));
        Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(4)), Is.EqualTo(file.Length - 8));
        Assert.That(chunks.Select(static c => c.Name),
            Is.EqualTo((string[])["VP8X", "ANIM", .. Enumerable.Repeat("ANMF", Count)]));
        // Animation and nothing else; width and height less one; loop count 0 is for ever.
        byte side = (byte)(Size * scale - 1);
        Assert.That(chunks[0].Data, Is.EqualTo((byte[])[2, 0, 0, 0, side, 0, 0, side, 0, 0]));
        Assert.That(chunks[1].Data, Is.EqualTo(new byte[6]));
        foreach (var (chunk, pixels) in chunks.Skip(2).Zip(s_frames))
        {
            Assert.That(chunk.Data[..16], Is.EqualTo((byte[])[0, 0, 0, 0, 0, 0, side, 0, 0, side, 0, 0, 40, 0, 0, 2]));
            byte[] still = [.. "RIFF"u8, .. BitConverter.GetBytes(chunk.Data.Length - 16 + 4), .. "WEBP"u8, .. chunk.Data[16..]];
            Assert.That(Decoded(still, scale), Is.EqualTo(pixels));
        }
    }

    /// <summary>By libwebp's own reader of animations.</summary>
    [Test]
    public void Skia_plays_a_webp()
    {
        using var codec = SKCodec.Create(new SKMemoryStream(Webp(2, 70, AnimatedWebp.Lossless)));
        Assert.That((codec.FrameCount, codec.RepetitionCount), Is.EqualTo((Count, -1)));
        for (int i = 0; i < Count; i++)
        {
            Assert.That(codec.FrameInfo[i].Duration, Is.EqualTo(70));
            using var bitmap = new SKBitmap(new SKImageInfo(2 * Size, 2 * Size, SKColorType.Rgba8888, SKAlphaType.Opaque));
            Assert.That(codec.GetPixels(bitmap.Info, bitmap.GetPixels(), new SKCodecOptions(i)),
                Is.EqualTo(SKCodecResult.Success));
            Assert.That(Rgb(bitmap, 2), Is.EqualTo(s_frames[i]));
        }
    }

    [Test]
    public void A_webp_with_loss_is_near()
    {
        byte[] flat = [.. Enumerable.Repeat((byte)100, 16 * 16 * 3)];
        using var stream = new MemoryStream();
        AnimatedWebp.Write(stream, [flat, flat], 16, 1, 10, 80);
        var frame = Riff(stream.ToArray().AsSpan(12)).Last();
        Assert.That(Encoding.ASCII.GetString(frame.Data, 16, 4), Is.EqualTo("VP8 "));
        using var codec = SKCodec.Create(new SKMemoryStream(stream.ToArray()));
        using var bitmap = new SKBitmap(codec.Info);
        codec.GetPixels(bitmap.Info, bitmap.GetPixels());
        Assert.That(bitmap.GetPixel(8, 8).Green, Is.EqualTo(100).Within(4));
    }

    [TestCase(1)]
    [TestCase(2)]
    public void A_png_has_each_frame_as_it_was(int scale)
    {
        using var stream = new MemoryStream();
        AnimatedPng.Write(stream, s_frames, Count, Size, scale, 250);
        byte[] file = stream.ToArray();
        var chunks = Png(file.AsSpan(8)).ToList();
        byte[] header = file[..33], end = [0, 0, 0, 0, .. "IEND"u8, 0xAE, 0x42, 0x60, 0x82];
        Assert.That(chunks.Select(static c => c.Name).Take(2), Is.EqualTo((string[])["IHDR", "acTL"]));
        Assert.That(chunks[1].Data, Is.EqualTo((byte[])[0, 0, 0, Count, 0, 0, 0, 0]));
        Assert.That(file[^12..], Is.EqualTo(end));
        int sequence = 0, at = 2;
        for (int i = 0; i < Count; i++)
        {
            byte side = (byte)(Size * scale);
            Assert.That(chunks[at].Name, Is.EqualTo("fcTL"));
            Assert.That(chunks[at++].Data, Is.EqualTo((byte[])[0, 0, 0, (byte)sequence++, 0, 0, 0, side, 0, 0, 0, side,
                0, 0, 0, 0, 0, 0, 0, 0, 0, 250, 3, 232, 0, 0]));
            List<byte> still = [.. header];
            for (; chunks[at].Name is "IDAT" or "fdAT"; at++)
            {
                Assert.That(chunks[at].Name, Is.EqualTo(i == 0 ? "IDAT" : "fdAT"));
                byte[] data = chunks[at].Data;
                if (i > 0) Assert.That(BinaryPrimitives.ReadInt32BigEndian(data), Is.EqualTo(sequence++));
                still.AddRange(Chunk("IDAT"u8, i == 0 ? data : data[4..]));
            }
            Assert.That(Decoded([.. still, .. end], scale), Is.EqualTo(s_frames[i]));
        }
        Assert.That(at, Is.EqualTo(chunks.Count - 1));
        // Who knows no animations sees the first.
        Assert.That(Decoded(file, scale), Is.EqualTo(s_frames[0]));
    }

    [Test]
    public void What_makes_no_animation_is_refused()
    {
        Assert.That(() => AnimatedWebp.Write(Stream.Null, [], Size, 1, 10, 100), Throws.ArgumentException);
        Assert.That(() => AnimatedWebp.Write(Stream.Null, s_frames, Size + 1, 1, 10, 100), Throws.ArgumentException);
        Assert.That(() => AnimatedWebp.Write(Stream.Null, s_frames, Size, 1 << 12, 10, 100), Throws.ArgumentException);
        Assert.That(() => AnimatedWebp.Write(Stream.Null, s_frames, Size, 1, 10, 101), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => AnimatedPng.Write(Stream.Null, s_frames, Count - 1, Size, 1, 10), Throws.ArgumentException);
        Assert.That(() => AnimatedPng.Write(Stream.Null, s_frames, Count + 1, Size, 1, 10), Throws.ArgumentException);
        Assert.That(() => AnimatedPng.Write(Stream.Null, s_frames, Count, Size, 1, 1 << 16),
            Throws.InstanceOf<ArgumentException>());
    }

    static byte[] Webp(int scale, int milliseconds, int quality)
    {
        using var stream = new MemoryStream();
        AnimatedWebp.Write(stream, s_frames, Size, scale, milliseconds, quality);
        return stream.ToArray();
    }

    static List<(string Name, byte[] Data)> Riff(ReadOnlySpan<byte> file)
    {
        var chunks = new List<(string, byte[])>();
        while (file.Length > 0)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(file[4..]);
            chunks.Add((Encoding.ASCII.GetString(file[..4]), file.Slice(8, length).ToArray()));
            file = file[(8 + length + length % 2)..];
        }
        return chunks;
    }

    static List<(string Name, byte[] Data)> Png(ReadOnlySpan<byte> file)
    {
        var chunks = new List<(string, byte[])>();
        while (file.Length > 0)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file);
            var name = file.Slice(4, 4);
            byte[] data = file.Slice(8, length).ToArray();
            Assert.That(file[..(12 + length)].ToArray(), Is.EqualTo(Chunk(name, data)));
            chunks.Add((Encoding.ASCII.GetString(name), data));
            file = file[(12 + length)..];
        }
        return chunks;
    }

    static byte[] Chunk(ReadOnlySpan<byte> name, byte[] data)
    {
        byte[] checkedBytes = [.. name, .. data], length = new byte[4], sum = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(sum, Crc32.HashToUInt32(checkedBytes));
        return [.. length, .. checkedBytes, .. sum];
    }

    /// <summary>RGB (Size, Size, 3), of one pixel of each block of scale x scale, whose others are the same.</summary>
    static byte[] Decoded(byte[] file, int scale)
    {
        using var bitmap = SKBitmap.Decode(file, new SKImageInfo(Size * scale, Size * scale, SKColorType.Rgba8888));
        return Rgb(bitmap, scale);
    }

    static byte[] Rgb(SKBitmap bitmap, int scale)
    {
        Assert.That((bitmap.Width, bitmap.Height), Is.EqualTo((Size * scale, Size * scale)));
        var rgb = new byte[Size * Size * 3];
        ReadOnlySpan<byte> all = MemoryMarshal.AsBytes<byte>(bitmap.GetPixelSpan());
        for (int y = 0; y < bitmap.Height; y++)
        {
            for (int x = 0; x < bitmap.Width; x++)
            {
                var pixel = all.Slice(y * bitmap.RowBytes + 4 * x, 4);
                var kept = rgb.AsSpan((y / scale * Size + x / scale) * 3, 3);
                if (y % scale == 0 && x % scale == 0) pixel[..3].CopyTo(kept);
                Assert.That(pixel[..3].SequenceEqual(kept) && pixel[3] == 255, $"pixel {x}, {y}");
            }
        }
        return rgb;
    }
}
