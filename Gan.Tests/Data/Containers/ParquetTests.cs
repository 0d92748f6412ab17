using Parquet;
using Parquet.Schema;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Containers.Parquet;
using Ssgan.Gan.Data.Sources;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Data.Containers;

/// <summary>Shards as Hugging Face has them, written by Parquet.Net.</summary>
public sealed class ParquetTests
{
    const string Features = """{"info": {"features": {"label": {"names": ["cat", "dog", "owl"], "_type": "ClassLabel"}}}}""";

    static async Task<byte[]> Write((string Name, byte[] Bytes)[] files, int first, CompressionMethod compression, int groups = 2,
        bool labels = true, string? metadata = Features)
    {
        DataField bytes = new DataField<byte[]>("bytes"), path = new DataField<string>("path"),
            label = new DataField<long>("label");
        var image = new StructField("image", bytes, path);
        var schema = new global::Parquet.Schema.ParquetSchema(labels ? [image, label] : [image]);
        using var memory = new MemoryStream();
        await using (var writer = await ParquetWriter.CreateAsync(schema, memory,
            new ParquetOptions { CompressionMethod = compression }))
        {
            if (metadata is not null) writer.CustomMetadata = new Dictionary<string, string> { ["huggingface"] = metadata };
            int per = (files.Length + groups - 1) / groups;
            for (int g = 0; g < files.Length; g += per)
            {
                var part = files[g..Math.Min(files.Length, g + per)];
                using ParquetRowGroupWriter group = writer.CreateRowGroup();
                await group.WriteAsync(bytes, [.. part.Select(static f => f.Bytes)]);
                await group.WriteAsync(path, [.. part.Select(static f => f.Name)]);
                int at = first + g;
                if (labels)
                    await group.WriteAsync<long>(label, part.Select((_, i) => (long)Places.LabelOf(at + i)).ToArray().AsMemory());
                group.CompleteValidate();
            }
        }
        return memory.ToArray();
    }

    [Test]
    public async Task ShardsHaveTheImagesLabelsAndNamesOfClasses(
        [Values(CompressionMethod.None, CompressionMethod.Snappy, CompressionMethod.Gzip)] CompressionMethod compression)
    {
        using var folder = new TempFolder();
        var files = Places.Files(classes: false);
        folder.Write("in/data/train-00000-of-00002.parquet", await Write(files[..7], 0, compression));
        folder.Write("in/data/train-00001-of-00002.parquet", await Write(files[7..], 7, compression, groups: 1));
        folder.Write("in/README.md", [1]);
        using IImageSource source = DatasetFactory.Open(folder["in"], 16, Places.Options(folder));
        Assert.That((source.Count, string.Join(' ', source.Classes)), Is.EqualTo((12L, "cat dog owl")));
        for (int i = 0; i < files.Length; i++)
        {
            Assert.That(DataSamples.Pixels(source, i), Is.EqualTo(DataSamples.Decode(files[i].Bytes, 16)), files[i].Name);
            Assert.That(source.Label(i), Is.EqualTo(Places.LabelOf(i)));
        }
    }

    [Test]
    public async Task ASetWithoutNamesOrLabelsIsReadToo()
    {
        using var folder = new TempFolder();
        var files = Places.Files(classes: false);
        using IImageSource numbered = DatasetFactory.Open(folder.Write("a.parquet",
            await Write(files, 0, CompressionMethod.Snappy, metadata: null)), 16, Places.Options(folder));
        Assert.That(numbered.Classes, Is.EqualTo(new[] { "0", "1", "2" }));
        using IImageSource plain = DatasetFactory.Open(folder.Write("b.parquet",
            await Write(files, 0, CompressionMethod.Snappy, labels: false)), 16, Places.Options(folder));
        Assert.That((plain.Classes.Count, plain.ContentHash), Is.EqualTo((0, numbered.ContentHash)));
    }

    [Test]
    public async Task WhatIsNotReadIsNamed()
    {
        using var folder = new TempFolder();
        var files = Places.Files(classes: false);
        string zstd = folder.Write("a.parquet", await Write(files, 0, CompressionMethod.Zstd));
        Assert.That(() => DatasetFactory.Open(zstd, 16, Places.Options(folder)),
            Throws.InstanceOf<DatasetException>().With.Message.Contains("codec 6").And.Message.Contains("Snappy"));
        Assert.That(() => DatasetFactory.Open(folder.Write("b.parquet", [.. "PAR1"u8, 0, 0, 0, 0, 0, 0, 0, 0]), 16,
            Places.Options(folder)), Throws.InstanceOf<DatasetException>().With.Message.Contains("b.parquet"));
    }

    [Test]
    public async Task DamagedFilesAreRefused()
    {
        using var folder = new TempFolder();
        var random = new Random(21);
        int refused = 0;
        foreach (CompressionMethod compression in (CompressionMethod[])[CompressionMethod.None, CompressionMethod.Snappy])
        {
            byte[] valid = await Write([.. Places.Files(classes: false).Select(static (f, i) => (f.Name, DataSamples.Bmp(4, 4,
                (x, y) => new((byte)(x * i), (byte)y, 0))))], 0, compression);
            int footer = valid.Length - 8 - BitConverter.ToInt32(valid, valid.Length - 8);
            for (int i = 0; i < 300; i++)
            {
                byte[] bytes = [.. valid];
                for (int k = random.Next(1, 4); k > 0; k--)
                    bytes[random.Next(2) == 0 ? random.Next(bytes.Length)
                        : random.Next(footer, bytes.Length)] = (byte)random.Next(256);
                if (random.Next(6) == 0) bytes = bytes[..random.Next(12, bytes.Length)];
                string path = folder.Write("a.parquet", bytes);
                try
                {
                    using var images = ParquetImages.Open(path, [path], Places.Options(folder), default);
                    for (int k = 0; k < Math.Min(images.Count, 50); k++) Try(() => images.Read(k));
                }
                catch (DatasetException e)
                {
                    Assert.That(e.Message, Does.Contain(path));
                    refused++;
                }
            }
        }
        Assert.That(refused, Is.GreaterThan(200));

        static void Try(Action read)
        {
            try
            {
                read();
            }
            catch (DatasetException)
            {
                // A page that is damaged is found when it is read.
            }
        }
    }

    [Test]
    public void SnappyUnpacksCopiesThatReachIntoThemselves()
    {
        // 12 bytes: the literal "ab", then ten from two bytes before.
        byte[] output = new byte[12];
        Snappy.Decompress([12, 1 << 2, (byte)'a', (byte)'b', 9 << 2 | 2, 2, 0], output);
        Assert.That(System.Text.Encoding.ASCII.GetString(output), Is.EqualTo("abababababab"));
        foreach (byte[] bad in (byte[][])[[], [12], [12, 1 << 2, 1], [12, 9 << 2 | 2, 2, 0], [200, 200, 200, 200, 200],
            [12, 1 << 2, 1, 2, 63 << 2 | 2, 2, 0], [12, 63 << 2, 255, 255, 255, 255, 1]])
            Assert.That(() => Snappy.Decompress(bad, output), Throws.InstanceOf<DatasetException>());
    }
}
