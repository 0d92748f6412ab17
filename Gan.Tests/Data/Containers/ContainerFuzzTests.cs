using System.Formats.Tar;
using System.IO.Compression;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Sources;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Data.Containers;

/// <summary>Archives with wrong bytes are read or refused by name, and take no memory for what they only claim.</summary>
public sealed class ContainerFuzzTests
{
    static void Run(string name, byte[] valid, int seed, int least, Func<byte[], byte[]>? mend = null)
    {
        using var folder = new TempFolder();
        var random = new Random(seed);
        int refused = 0;
        long before = GC.GetTotalAllocatedBytes();
        for (int i = 0; i < 300; i++)
        {
            byte[] bytes = [.. valid];
            for (int k = random.Next(1, 4); k > 0; k--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(5) == 0) bytes = bytes[..random.Next(bytes.Length)];
            string path = folder.Write(name, mend is null ? bytes : mend(bytes));
            try
            {
                using IImageSource source = DatasetFactory.Open(path, 8, Places.Options(folder));
                Assert.That(source.Count, Is.LessThanOrEqualTo(8));
            }
            catch (DatasetException e)
            {
                Assert.That(e.Message, Does.Contain(path));
                refused++;
            }
        }
        Assert.That(refused, Is.GreaterThan(least));
        // A chunk of a pack under way has 16 MB; a claimed size of gigabytes would show.
        Assert.That(GC.GetTotalAllocatedBytes() - before, Is.LessThan(300L * (40 << 20)));
    }

    static (string, byte[])[] Files => [.. Enumerable.Range(0, 4).Select(static i =>
        ($"{i:000000}.bmp", DataSamples.Bmp(8, 8, (x, y) => new((byte)(x * i), (byte)y, 9))))];

    [Test]
    public void Zips([Values] bool stored) => Run("a.zip",
        Places.Zip(stored ? CompressionLevel.NoCompression : CompressionLevel.Fastest,
        [.. Files, ("dataset.json", Places.DatasetJson(Files))]), 31, 100);

    [Test]
    public void Tars([Values(TarEntryFormat.Ustar, TarEntryFormat.Pax, TarEntryFormat.Gnu)] TarEntryFormat format)
    {
        Run("a.tar", Places.Tar(format, Places.Samples(Files, json: true)), 32, 20, static bytes =>
        {
            // Right checksums let wrong lengths and kinds through to what acts on them.
            for (int at = 0; at + 512 <= bytes.Length; at += 512)
            {
                if (!bytes.AsSpan(at + 257, 5).SequenceEqual("ustar"u8)) continue;
                int sum = 8 * ' ';
                for (int i = 0; i < 512; i++) sum += i is >= 148 and < 156 ? 0 : bytes[at + i];
                System.Text.Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(bytes, at + 148);
            }
            return bytes;
        });
    }
}
