using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using SkiaSharp;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Gan.Data.Loading;
using Ssgan.Gan.Data.Sources;
using Ssgan.Gan.Data.Storage;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Data;

/// <summary>
/// Thousands of mutations of valid inputs. Each is either read, or refused by a <see cref="DatasetException"/> of one sentence,
/// and none makes the reader allocate more than a bound that is far above what the valid input needs and far below what a lying
/// header can claim.
/// </summary>
public sealed class DataFuzzTests
{
    static byte[] Mutate(byte[] valid, Random random)
    {
        byte[] bytes = [.. valid];
        switch (random.Next(6))
        {
            case 0: return bytes[..random.Next(bytes.Length)];
            case 1: return [.. bytes, .. DataSamples.Noise(1 + random.Next(600), random.Next())];
            case 2:
                for (int flips = 1 + random.Next(8); flips > 0; flips--)
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 3:
                // Headers are at the front: most lies belong there.
                for (int lies = 1 + random.Next(4); lies > 0; lies--)
                    bytes[random.Next(Math.Min(bytes.Length, 128))] = (byte)random.Next(256);
                return bytes;
            case 4:
                byte extreme = random.Next(2) == 0 ? (byte)0 : (byte)255;
                bytes.AsSpan(random.Next(Math.Min(bytes.Length, 128)),
                    Math.Min(4, bytes.Length - Math.Min(bytes.Length, 128) + 1)).Fill(extreme);
                return bytes;
            default:
                int from = random.Next(bytes.Length), to = random.Next(bytes.Length),
                    length = random.Next(1 + Math.Min(64, bytes.Length - Math.Max(from, to)));
                bytes.AsSpan(from, length).ToArray().CopyTo(bytes, to);
                return bytes;
        }
    }

    /// <summary>Runs the cases and gives how many were refused.</summary>
    static int Run(byte[] valid, int cases, int seed, long allocationBound, Action<byte[]> read)
    {
        var random = new Random(seed);
        int refused = 0;
        read(valid);
        for (int i = 0; i < cases; i++)
        {
            byte[] bytes = Mutate(valid, random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(bytes);
            }
            catch (DatasetException e)
            {
                refused++;
                Assert.That(e.Message, Is.Not.Empty.And.Not.Contain("\n"), $"case {i}");
            }
            catch (Exception e)
            {
                Assert.Fail($"case {i}: {e}");
            }
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(allocationBound), $"case {i}");
        }
        return refused;
    }

    [TestCase("png"), TestCase("jpeg"), TestCase("webp"), TestCase("bmp"), TestCase("bmp with alpha")]
    public void Images(string format)
    {
        byte[] valid = format switch
        {
            "png" => DataSamples.NoiseImage(13, 9, 1),
            "jpeg" => DataSamples.NoiseImage(13, 9, 2, SKEncodedImageFormat.Jpeg),
            "webp" => DataSamples.NoiseImage(13, 9, 3, SKEncodedImageFormat.Webp),
            "bmp with alpha" => BmpFile.Make(56, 32, 3, [0xFF0000, 0xFF00, 0xFF, 0xFF000000],
                (x, y) => (uint)((x + y) * 0x11335577)),
            _ => DataSamples.Bmp(13, 9, (x, y) => new SKColor((byte)(x * 20), (byte)(y * 20), 77)),
        };
        byte[] pixels = new byte[8 * 8 * 3];
        var large = new Lock();
        int refused = Run(valid, 1000, 11, 4 << 20, bytes => ImageDecoder.Decode(bytes, 8, pixels, large));
        Assert.That(refused, Is.GreaterThan(100));
    }

    [Test]
    public void CifarFolders()
    {
        using var folder = new TempFolder();
        foreach ((string name, byte[] bytes) in DataSamples.Cifar10Files(1)) folder.Write(name, bytes);
        byte[] valid = File.ReadAllBytes(folder["cifar-10-batches-bin/data_batch_3.bin"]);
        int refused = Run(valid, 400, 12, 4 << 20, bytes =>
        {
            folder.Write("cifar-10-batches-bin/data_batch_3.bin", bytes);
            DatasetFactory.Open(folder.Root, 32, new DataOptions()).Dispose();
        });
        Assert.That(refused, Is.GreaterThan(100));
    }

    [Test]
    public void CompressedArchives()
    {
        using var folder = new TempFolder();
        int refused = Run(DataSamples.TarGz(TarEntryFormat.Ustar, DataSamples.Cifar10Files(1)), 600, 13, 4 << 20, bytes =>
            DatasetFactory.Open(folder.Write("a.tar.gz", bytes), 32, new DataOptions()).Dispose());
        Assert.That(refused, Is.GreaterThan(300));
    }

    [Test]
    public void ArchiveHeaders()
    {
        // Mutated inside and compressed again, so that the lies reach the tar reader with a right gzip checksum.
        using var folder = new TempFolder();
        using var unzip = new GZipStream(new MemoryStream(DataSamples.TarGz(TarEntryFormat.Gnu, DataSamples.Cifar10Files(1))),
            CompressionMode.Decompress);
        using var plain = new MemoryStream();
        unzip.CopyTo(plain);
        int refused = Run(plain.ToArray(), 600, 14, 4 << 20, bytes =>
        {
            // A right header checksum lets a lying size or type through to what acts on it.
            int sum = 8 * ' ' + bytes.Where((b, i) => i < 512 && i is < 148 or >= 156).Take(504).Sum(b => b);
            if (bytes.Length >= 512)
                System.Text.Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(bytes, 148);
            using var memory = new MemoryStream();
            using (var gzip = new GZipStream(memory, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(bytes);
            DatasetFactory.Open(folder.Write("a.tar.gz", memory.ToArray()), 32, new DataOptions()).Dispose();
        });
        Assert.That(refused, Is.GreaterThan(200));
    }

    [Test]
    public void Stl10Files()
    {
        using var folder = new TempFolder();
        byte[] pixels = new byte[48 * 48 * 3];
        int refused = Run(DataSamples.Noise(27648, 3), 300, 15, 1 << 20, bytes =>
        {
            folder.Write("train_X.bin", bytes);
            using IImageSource source = DatasetFactory.Open(folder.Root, 48, new DataOptions());
            source.Read(0, pixels);
        });
        Assert.That(refused, Is.GreaterThan(80));
    }

    /// <summary>A pack of two images, one left out, and its labels.</summary>
    static string Pack(TempFolder folder)
    {
        folder.Write("in/x/a.png", DataSamples.NoiseImage(8, 8, 1));
        folder.Write("in/x/b.png", [1, 2, 3]);
        folder.Write("in/y/c.png", DataSamples.NoiseImage(8, 8, 2));
        var options = new DataOptions { CacheDirectory = folder["cache"], SkipBad = true };
        FolderSource.Open(folder["in"], 8, options).Dispose();
        return Directory.GetFiles(folder["cache"]).Single();
    }

    [Test]
    public void Packs()
    {
        using var folder = new TempFolder();
        string path = Pack(folder);
        byte[] valid = File.ReadAllBytes(path);
        int damaged = 0;
        Run(valid, 1000, 16, 1 << 20, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            (PackFile? pack, string? damage) = PackFile.TryOpen(path, 8, null, default);
            using (pack)
            {
                // A pack that is taken must be the one that was written, wherever it matters.
                if (pack is not null)
                {
                    Assert.That((pack.Count, pack.Notes.Length, pack.Notes[0]),
                        Is.EqualTo((2L, 1, "x/b.png is not a PNG, JPEG, WebP or BMP image")));
                    Assert.That(pack.Labels.Classes, Is.EqualTo(new[] { "x", "y" }));
                    Assert.That(pack.Labels.Values.ToArray(), Is.EqualTo(new[] { 0, 1 }));
                }
                else damaged++;
            }
            Assert.That(damage is null, Is.EqualTo(pack is not null));
        });
        Assert.That(damaged, Is.GreaterThan(700));
    }

    [Test]
    public void PacksOfARightChecksum()
    {
        // The checksum keeps nearly every lie of the test above from what stands behind it.
        using var folder = new TempFolder();
        string path = Pack(folder);
        // Without the images, so that mutations meet the header, labels, names and notes.
        byte[] valid = File.ReadAllBytes(path);
        var reasons = new HashSet<string>();
        for (int part = 0; part < 2; part++)
            Run(part == 0 ? valid[..128] : valid[(128 + 2 * 192)..], 1000, 18 + part, 1 << 20, mutated =>
            {
                byte[] bytes = part == 0 ? [.. mutated, .. valid[128..]] : [.. valid[..(128 + 2 * 192)], .. mutated];
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                hash.AppendData(bytes.AsSpan(Math.Min(128, bytes.Length)));
                hash.AppendData(bytes.AsSpan(0, 64));
                hash.GetHashAndReset().CopyTo(bytes, 64);
                File.WriteAllBytes(path, bytes);
                (PackFile? pack, string? damage) = PackFile.TryOpen(path, 8, null, default);
                using (pack)
                {
                    reasons.Add(damage ?? "none");
                    if (pack is null || pack.Labels.Classes.Count == 0) return;
                    Assert.That(pack.Labels.Values.Length, Is.EqualTo(pack.Count));
                    Assert.That(pack.Labels.Values.ToArray(), Has.All.InRange(0, pack.Labels.Classes.Count - 1));
                }
            });
        Assert.That(reasons, Is.SupersetOf(new[] { "none", "has a label that is none of its classes",
            "has another length than its header says", "is of another version or size", "is not a pack" }));
    }

    [Test]
    public void LabelFiles()
    {
        using var folder = new TempFolder();
        folder.Write("train_X.bin", DataSamples.Noise(20 * 27648, 3));
        byte[] labels = [.. Enumerable.Range(0, 20).Select(static i => (byte)(i % 10 + 1))];
        byte[] names = "airplane\nbird\ncar\ncat\ndeer\ndog\nhorse\nmonkey\nship\ntruck\n"u8.ToArray();
        void Open(string name, byte[] bytes)
        {
            folder.Write(name, bytes);
            using IImageSource source = DatasetFactory.Open(folder.Root, 48, new DataOptions());
            Assert.That(source.Classes, Has.Count.EqualTo(10));
            for (int i = 0; i < 20; i++) Assert.That(source.Label(i), Is.InRange(0, 9));
        }
        int refused = Run(labels, 300, 20, 1 << 20, bytes => Open("train_y.bin", bytes));
        Assert.That(refused, Is.GreaterThan(100));
        folder.Write("train_y.bin", labels);
        // Damaged names are replaced, never refused.
        Assert.That(Run(names, 300, 21, 1 << 20, bytes => Open("class_names.txt", bytes)), Is.Zero);
    }

    [Test]
    public void LoaderPositions()
    {
        byte[] valid = System.Text.Encoding.UTF8.GetBytes(new LoaderPosition(12345678901234567890, 3, 64).ToJson());
        int refused = Run(valid, 1000, 17, 1 << 20, bytes => LoaderPosition.FromJson(System.Text.Encoding.UTF8.GetString(bytes)));
        Assert.That(refused, Is.GreaterThan(200));
    }
}
