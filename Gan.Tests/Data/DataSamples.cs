using System.Formats.Tar;
using System.IO.Compression;
using SkiaSharp;

namespace Ssgan.Tests.Data;

/// <summary>Small valid inputs of every format, made from seeds.</summary>
static class DataSamples
{
    public static byte[] Image(int width, int height, Func<int, int, SKColor> color,
        SKEncodedImageFormat format = SKEncodedImageFormat.Png, SKAlphaType alpha = SKAlphaType.Unpremul)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, alpha));
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++) bitmap.SetPixel(x, y, color(x, y));
        using SKData data = bitmap.Encode(format, 90);
        return data.ToArray();
    }

    public static byte[] Decode(byte[] file, int size)
    {
        byte[] pixels = new byte[size * size * 3];
        Ssgan.Gan.Data.Imaging.ImageDecoder.Decode(file, size, pixels, new Lock());
        return pixels;
    }

    public static byte[] NoiseImage(int width, int height, int seed, SKEncodedImageFormat format = SKEncodedImageFormat.Png)
    {
        var random = new Random(seed);
        return Image(width, height,
            (_, _) => new SKColor((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)), format);
    }

    /// <summary>
    /// A 24-bit BMP by hand: Skia reads the format but does not write it. Rows run from the bottom up, padded to four bytes.
    /// </summary>
    public static byte[] Bmp(int width, int height, Func<int, int, SKColor> color)
    {
        int row = (width * 3 + 3) / 4 * 4;
        byte[] file = new byte[54 + row * height];
        using var writer = new BinaryWriter(new MemoryStream(file));
        writer.Write("BM"u8);
        foreach (int field in (int[])[file.Length, 0, 54, 40, width, height, 1 | 24 << 16, 0, row * height, 2835, 2835, 0, 0])
            writer.Write(field);
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
            {
                SKColor c = color(x, height - 1 - y);
                (file[54 + y * row + x * 3], file[55 + y * row + x * 3], file[56 + y * row + x * 3]) = (c.Blue, c.Green, c.Red);
            }
        return file;
    }

    /// <summary>Records of a CIFAR train file with random pixels and valid labels.</summary>
    public static byte[] CifarFile(int records, int[] classes, int seed)
    {
        var random = new Random(seed);
        byte[] file = new byte[records * (classes.Length + 3072)];
        random.NextBytes(file);
        for (int i = 0; i < records; i++)
            for (int k = 0; k < classes.Length; k++) file[i * (classes.Length + 3072) + k] = (byte)random.Next(classes[k]);
        return file;
    }

    public static (string Name, byte[] Bytes)[] Cifar10Files(int records) =>
        [.. Enumerable.Range(1, 5).Select(k => ($"cifar-10-batches-bin/data_batch_{k}.bin", CifarFile(records, [10], k)))];

    /// <summary>The five train files in a given order, with what the published archive has between them.</summary>
    public static byte[] PublishedCifar10((string Name, byte[] Bytes)[] files, string order = "13452")
    {
        (string, byte[]) Train(int i) => files[order[i] - '1'];
        const string at = "cifar-10-batches-bin/";
        byte[] names = [.. "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n"u8];
        return TarGz(TarEntryFormat.Ustar, Train(0), (at + "batches.meta.txt", names), Train(1), Train(2),
            (at + "test_batch.bin", CifarFile(2, [10], 9)), (at + "readme.html", [1, 2, 3]), Train(3), Train(4));
    }

    public static byte[] Noise(int bytes, int seed)
    {
        byte[] noise = new byte[bytes];
        new Random(seed).NextBytes(noise);
        return noise;
    }

    public static byte[] TarGz(TarEntryFormat format, params (string Name, byte[] Bytes)[] files)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip, format))
            foreach ((string name, byte[] bytes) in files)
            {
                TarEntry entry = format == TarEntryFormat.Gnu ? new GnuTarEntry(TarEntryType.RegularFile, name)
                    : new UstarTarEntry(TarEntryType.RegularFile, name);
                entry.DataStream = new MemoryStream(bytes);
                tar.WriteEntry(entry);
            }
        return memory.ToArray();
    }

    public static byte[] Pixels(Ssgan.Gan.Data.IImageSource source, long index)
    {
        byte[] pixels = new byte[source.Size * source.Size * 3];
        source.Read(index, pixels);
        return pixels;
    }
}
