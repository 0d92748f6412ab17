using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Ssgan.Engine.Serialization.Numpy;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Gan.Data.Sources;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Data.Containers;

/// <summary>Small fixtures in the true formats of CelebA, MNIST, ImageNet and downsampled ImageNet.</summary>
public sealed class PublishedSetTests
{
    static readonly string[] s_attributes = ["5_o_Clock_Shadow", "Male", "Smiling"];

    static (string Name, byte[] Bytes)[] Faces => [.. Enumerable.Range(1, 9).Select(static i =>
        ($"img_align_celeba/{i:000000}.jpg", DataSamples.NoiseImage(178, 218, i, SkiaSharp.SKEncodedImageFormat.Jpeg)))];

    static void WriteCeleba(TempFolder folder, string under)
    {
        folder.Write(under + "img_align_celeba.zip", Places.Zip(CompressionLevel.NoCompression, Faces));
        folder.Write(under + "list_attr_celeba.txt", Encoding.ASCII.GetBytes($"9\n{string.Join(' ', s_attributes)} \n"
            + string.Concat(Enumerable.Range(1, 9).Select(static i => $"{i:000000}.jpg -1  1 {(i % 3 == 0 ? " 1" : "-1")}\n"))));
        folder.Write(under + "list_eval_partition.txt", Encoding.ASCII.GetBytes(
            string.Concat(Enumerable.Range(1, 9).Select(static i => $"{i:000000}.jpg {(i < 5 ? 0 : i < 8 ? 1 : 2)}\n"))));
    }

    [Test]
    public void CelebaIsReadFromItsArchiveWithAttributesAndPartition()
    {
        using var folder = new TempFolder();
        WriteCeleba(folder, "data/celeba/");
        DataOptions options = Places.Options(folder);
        using (IImageSource all = DatasetFactory.Open("celeba", 32, options))
        {
            Assert.That((all.Count, all.Classes.Count), Is.EqualTo((9L, 0)));
            for (int i = 0; i < 9; i++)
                Assert.That(DataSamples.Pixels(all, i), Is.EqualTo(DataSamples.Decode(Faces[i].Bytes, 32)), "The centred 178.");
        }
        foreach (string place in (string[])["celeba", folder["data/celeba"], folder["data/celeba/img_align_celeba.zip"]])
        {
            using IImageSource some = DatasetFactory.Open(place, 32, options with { Split = "val", Attribute = "Smiling" });
            Assert.That(some.Classes, Is.EqualTo(new[] { "not Smiling", "Smiling" }), place);
            Assert.That(Enumerable.Range(0, 3).Select(i => some.Label(i)), Is.EqualTo(new[] { 0, 1, 0 }));
            Assert.That(some.Count, Is.EqualTo(3));
            Assert.That(DataSamples.Pixels(some, 1), Is.EqualTo(DataSamples.Decode(Faces[5].Bytes, 32)));
        }
        Assert.That(() => DatasetFactory.Open("celeba", 32, options with { Attribute = "Happy" }),
            Throws.InstanceOf<DatasetException>().With.Message.Contains("Happy").And.Message.Contains("Smiling"));
        Assert.That(() => DatasetFactory.Open("celeba", 32, options with { Split = "auto" }),
            Throws.InstanceOf<DatasetException>().With.Message.Contains("--split auto"));
        foreach (string bad in (string[])["9\nMale\n000001.jpg 0\n", "1\nMale\n000001.jpg 1\n"])
        {
            folder.Write("data/celeba/list_attr_celeba.txt", Encoding.ASCII.GetBytes(bad));
            Assert.That(() => DatasetFactory.Open("celeba", 32, options with { Attribute = "Male" }),
                Throws.InstanceOf<DatasetException>().With.Message.Contains("list_attr_celeba.txt"));
        }
        File.Delete(folder["data/celeba/list_attr_celeba.txt"]);
        Assert.That(() => DatasetFactory.Open("celeba", 32, options with { Attribute = "Male" }),
            Throws.InstanceOf<DatasetException>().With.Message.Contains("is missing"));
    }

    static byte[] Idx(uint magic, byte[] values, params int[] shape)
    {
        byte[] file = new byte[4 + 4 * shape.Length + values.Length];
        BinaryPrimitives.WriteUInt32BigEndian(file, magic);
        for (int i = 0; i < shape.Length; i++) BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 + 4 * i), shape[i]);
        values.CopyTo(file, 4 + 4 * shape.Length);
        return file;
    }

    static byte[] GZip(byte[] bytes, CompressionLevel level)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, level, leaveOpen: true)) gzip.Write(bytes);
        return memory.ToArray();
    }

    [Test]
    public void MnistIsReadWhateverItsCompressionAndKnownByItsLabels([Values] bool zipped, [Values] bool fashion)
    {
        using var folder = new TempFolder();
        byte[] labels = fashion ? [9, 0, 0, 3, 0, 2, 7, 2, 5, 5] : [5, 0, 4, 1, 9, 2, 1, 3, 1, 4], pixels = new byte[10 * 784];
        new Random(3).NextBytes(pixels);
        void Write(string name, byte[] bytes) =>
            folder.Write($"raw/{name}{(zipped ? ".gz" : "")}", zipped ? GZip(bytes, CompressionLevel.Fastest) : bytes);
        Write("train-images-idx3-ubyte", Idx(0x803, pixels, 10, 28, 28));
        Write("train-labels-idx1-ubyte", Idx(0x801, labels, 10));
        var notices = new List<string>();
        using IImageSource source = DatasetFactory.Open(folder["raw"], 28, Places.Options(folder, notices));
        Assert.That(source.Name, Is.EqualTo(fashion ? "fashion-mnist" : "mnist"));
        Assert.That(source.Classes[source.Label(4)], Is.EqualTo(fashion ? "T-shirt/top" : "9"));
        Assert.That(notices, Has.Some.Contains("grey"));
        byte[] expected = [.. pixels[784..1568].SelectMany(static p => (byte[])[p, p, p])];
        Assert.That(DataSamples.Pixels(source, 1), Is.EqualTo(expected));
        using IImageSource larger = DatasetFactory.Open(folder["raw"], 32, Places.Options(folder));
        byte[] resized = new byte[32 * 32 * 3];
        new Resampler(28, 32).Resize(expected, resized);
        Assert.That(DataSamples.Pixels(larger, 1), Is.EqualTo(resized));
        // The other set's name does not take it.
        Directory.CreateDirectory(folder["data"]);
        Directory.Move(folder["raw"], folder[fashion ? "data/mnist" : "data/fashion-mnist"]);
        Assert.That(() => DatasetFactory.Open(fashion ? "mnist" : "fashion-mnist", 32, Places.Options(folder)),
            Throws.InstanceOf<DatasetException>().With.Message.Contains("is not in"));
    }

    [Test]
    public void DamagedIdxFilesAreNamed()
    {
        using var folder = new TempFolder();
        byte[] labels = Idx(0x801, [1, 2], 2), images = Idx(0x803, new byte[2 * 784], 2, 28, 28);
        foreach (var (what, imageFile, labelFile) in ((string, byte[], byte[])[])[("labels for", images, Idx(0x801, [1], 1)),
            ("no IDX file", [1, 2, 3], labels), ("label 10", images, Idx(0x801, [1, 10], 2)), ("bytes for", images[..^1], labels),
            ("28x27", Idx(0x803, new byte[2 * 28 * 27], 2, 27, 28), labels), ("bytes for", Idx(0x803, [], -1, 28, 28), labels),
            ("damaged", [.. GZip(images, CompressionLevel.Fastest)[..^8], 1, 2, 3, 4, 5, 6, 7, 8], labels)])
        {
            folder.Write("in/train-images-idx3-ubyte", imageFile);
            folder.Write("in/train-labels-idx1-ubyte", labelFile);
            Assert.That(() => DatasetFactory.Open(folder["in"], 32, Places.Options(folder)), Throws.InstanceOf<DatasetException>()
                .With.Message.Contains(what).And.Message.Contains("ubyte"), what);
        }
    }

    [Test]
    public void ImageNetsFoldersAreClassesAndFilesAreWhatTheirBytesSay()
    {
        using var folder = new TempFolder();
        folder.Write("i/train/n01440764/n01440764_10026.JPEG", DataSamples.NoiseImage(30, 40, 1,
            SkiaSharp.SKEncodedImageFormat.Jpeg));
        folder.Write("i/train/n02105855/n02105855_2933.JPEG", DataSamples.NoiseImage(30, 40, 2));
        folder.Write("i/val/n02105855/ILSVRC2012_val_00000001.JPEG", DataSamples.NoiseImage(9, 9, 3));
        using IImageSource train = DatasetFactory.Open(folder["i"], 16, Places.Options(folder)),
            val = DatasetFactory.Open(folder["i"], 16, Places.Options(folder) with { Split = "val" });
        Assert.That((train.Count, val.Count), Is.EqualTo((2L, 1L)));
        Assert.That(train.Classes, Is.EqualTo(new[] { "n01440764", "n02105855" }));
        Assert.That(DataSamples.Pixels(train, 1), Is.EqualTo(DataSamples.Decode(DataSamples.NoiseImage(30, 40, 2), 16)));
        Directory.Move(folder["i"], folder["data"]);
        using IImageSource named = DatasetFactory.Open("imagenet", 16, Places.Options(folder));
        Assert.That(named.ContentHash, Is.EqualTo(train.ContentHash));
    }

    [Test]
    public void DownsampledImageNetIsTheSameFromPicklesAndArrays(
        [Values("npz", "py2-p2", "py3-p2", "py3-p3", "py3-p4")] string form)
    {
        using var folder = new TempFolder();
        for (int b = 0; b < 2; b++)
        {
            if (form == "npz")
            {
                Directory.CreateDirectory(folder["in"]);
                NpzFile.Write(folder[$"in/train_data_batch_{b + 1}.npz"],
                    [NpyArray.Of("data", [ImageNetPickle.Images, ImageNetPickle.RecordBytes], ImageNetPickle.Pixels(b)),
                    NpyArray.Of("labels", [ImageNetPickle.Images], [.. ImageNetPickle.Labels(b).Select(static l => (long)l)])]);
            }
            else folder.Write($"in/train_data_batch_{b + 1}", ImageNetPickle.Of(form, b));
        }
        var notices = new List<string>();
        using IImageSource source = DatasetFactory.Open(folder["in"], 8, Places.Options(folder, notices));
        Assert.That((source.Count, source.Classes.Count), Is.EqualTo((6L, 1000)));
        Assert.That(notices, Has.Some.Contains("2 of the 10 batches"));
        for (int i = 0; i < 6; i++)
        {
            Assert.That(source.Label(i), Is.EqualTo(ImageNetPickle.Labels(i / 3)[i % 3] - 1));
            byte[] record = ImageNetPickle.Pixels(i / 3).AsSpan(i % 3 * 192, 192).ToArray();
            byte[] rgb = [.. Enumerable.Range(0, 64).SelectMany(p => (byte[])[record[p], record[64 + p], record[128 + p]])];
            Assert.That(DataSamples.Pixels(source, i), Is.EqualTo(rgb), $"image {i}");
        }
    }

    [Test]
    public void DamagedBatchesAreRefused()
    {
        using var folder = new TempFolder();
        var random = new Random(4);
        int refused = 0;
        foreach (string form in ImageNetPickle.Forms)
        {
            byte[] valid = ImageNetPickle.Of(form, 0);
            for (int i = 0; i < 100; i++)
            {
                byte[] bytes = [.. valid];
                for (int k = random.Next(1, 4); k > 0; k--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                if (random.Next(4) == 0) bytes = bytes[..random.Next(bytes.Length)];
                folder.Write("in/train_data_batch_1", bytes);
                try
                {
                    DatasetFactory.Open(folder["in"], 8, Places.Options(folder)).Dispose();
                }
                catch (DatasetException e)
                {
                    Assert.That(e.Message, Does.Contain("train_data_batch_1").Or.Contain(folder["in"]));
                    refused++;
                }
            }
        }
        Assert.That(refused, Is.GreaterThan(150));
        folder.Write("in/train_data_batch_1", ImageNetPickle.WithLabel("py3-p3", 0));
        Assert.That(() => DatasetFactory.Open(folder["in"], 8, Places.Options(folder)),
            Throws.InstanceOf<DatasetException>().With.Message.Contains("label 0"));
    }
}
