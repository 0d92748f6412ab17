using System.Formats.Tar;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Gan.Data.Sources;
using Ssgan.Gan.Data.Storage;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Data;

public sealed class DatasetFactoryTests
{
    static DataOptions Options(TempFolder folder) => new() { DataDirectory = folder["data"], AllowDownload = false };

    [Test]
    public void NothingMeansShapes()
    {
        foreach (string? name in new[] { null, "", "shapes" })
        {
            using IImageSource source = DatasetFactory.Open(name, 32, new DataOptions { ShapesSeed = 3 });
            Assert.That(source.ContentHash, Is.EqualTo(new ShapesSource(32, 3).ContentHash));
        }
    }

    [Test]
    public void MessagesHelpAndDocsNameEverySet()
    {
        string page = File.ReadAllText(RepoRoot.At("docs", "data.md"));
        string rows = string.Concat(DatasetCatalog.All.Select(static d => $"| `{d.Name}` | {d.Description} | "
            + (d.Origin is { } o ? $"{new Uri(o.Address).Host} | {o.Licence} | {o.Size} |\n" : "made here | | |\n")));
        Assert.That(page, Does.Contain("|---|---|---|---|---|\n" + rows + "\n"));
        Assert.That(DatasetFactory.Names, Is.Unique.And.EqualTo(DatasetCatalog.All.Select(static d => d.Name)));
        foreach (Dataset set in DatasetCatalog.All)
        {
            Assert.That(DatasetFactory.Accepted, Does.Contain(set.Name + ", "));
            Assert.That(DatasetFactory.Described, Does.Contain($"{set.Name} ({set.Description}), "));
            if (set.Published is { } published)
            {
                Assert.That(published.Archive.Dataset, Is.EqualTo(set.Name));
                Assert.That(DatasetFactory.Accepted, Does.Contain(published.Archive.FileName));
            }
        }
    }

    [Test]
    public void UnknownNamesListWhatIsAccepted()
    {
        using var folder = new TempFolder();
        Assert.That(() => DatasetFactory.Open("cifar11", 32, Options(folder)), Throws.InstanceOf<DatasetException>()
            .With.Message.Contains("cifar11").And.Message.Contains("cifar10, cifar100, stl10"));
        Assert.That(() => DatasetFactory.Open(folder.Write("a.txt", [1]), 32, Options(folder)),
            Throws.InstanceOf<DatasetException>().With.Message.Contains("a.txt"));
        Assert.That(() => DatasetFactory.Open("cifar10", 32, Options(folder)), Throws.InstanceOf<DatasetException>()
            .With.Message.Contains("put cifar-10-binary.tar.gz").And.Message.Contains(folder["data"]));
    }

    [Test]
    public void CifarIsTheSameFromFolderAndArchive([Values(TarEntryFormat.Ustar, TarEntryFormat.Gnu)] TarEntryFormat format)
    {
        using var folder = new TempFolder();
        var files = DataSamples.Cifar10Files(60);
        foreach ((string name, byte[] bytes) in files) folder.Write("data/" + name, bytes);
        string tar = folder.Write("other.tar.gz",
            DataSamples.TarGz(format, [("cifar-10-batches-bin/readme.html", [1, 2, 3]), .. files]));
        using IImageSource named = DatasetFactory.Open("cifar10", 32, Options(folder)),
            direct = DatasetFactory.Open(folder["data/cifar-10-batches-bin"], 32, Options(folder)),
            packed = DatasetFactory.Open(tar, 32, Options(folder));
        Assert.That((named.Count, direct.Count, packed.Count), Is.EqualTo(((long?)300, (long?)300, (long?)300)));
        Assert.That(named.ContentHash, Is.EqualTo(packed.ContentHash).And.EqualTo(direct.ContentHash));
        foreach (int i in new[] { 0, 59, 60, 255, 256, 299 })
        {
            // Plane c of record i, row y, column x.
            byte[] record = files[i / 60].Bytes.AsSpan(i % 60 * 3073 + 1, 3072).ToArray();
            byte[] expected = [.. Enumerable.Range(0, 3072).Select(k => record[k % 3 * 1024 + k / 3])];
            Assert.That(DataSamples.Pixels(named, i), Is.EqualTo(expected));
            Assert.That(DataSamples.Pixels(packed, i), Is.EqualTo(expected));
        }
    }

    [Test]
    public void CifarArchivesHoldTheirFilesInAnyOrder([Values("13452", "54321", "21543", "12345")] string order)
    {
        using var folder = new TempFolder();
        // Files of different lengths, some longer than a piece of memory.
        (string Name, byte[] Bytes)[] files =
            [.. DataSamples.Cifar10Files(1).Select(static (f, i) => (f.Name, DataSamples.CifarFile(70 * (i + 1), [10], i)))];
        foreach ((string name, byte[] bytes) in files) folder.Write(name, bytes);
        string tar = folder.Write("c.tar.gz", DataSamples.PublishedCifar10(files, order));
        using IImageSource unpacked = DatasetFactory.Open(folder.Root, 32, Options(folder));
        using IImageSource packed = DatasetFactory.Open(tar, 32, Options(folder));
        Assert.That((packed.Count, packed.ContentHash), Is.EqualTo((unpacked.Count, unpacked.ContentHash)));
        for (int i = 0; i < 1050; i++)
            Assert.That(DataSamples.Pixels(packed, i), Is.EqualTo(DataSamples.Pixels(unpacked, i)), $"image {i}");
    }

    [Test]
    public void Stl10sTrainSplitIsTakenWhereThatIsAll()
    {
        using var folder = new TempFolder();
        string file = folder.Write("s/train_X.bin", DataSamples.Noise(2 * 27648, 6));
        foreach (string place in (string[])["stl10_binary/", ""])
        {
            string tar = folder.Write("s.tar.gz", DataSamples.TarGz(TarEntryFormat.Ustar,
                (place + "test_X.bin", DataSamples.Noise(27648, 7)), (place + "train_X.bin", File.ReadAllBytes(file)),
                (place + "train_y.bin", [1, 2])));
            using IImageSource unpacked = DatasetFactory.Open(folder["s"], 48, Options(folder));
            using IImageSource packed = DatasetFactory.Open(tar, 48, Options(folder));
            Assert.That((packed.Count, packed.ContentHash), Is.EqualTo(((long?)2, unpacked.ContentHash)));
            for (int i = 0; i < 2; i++) Assert.That(DataSamples.Pixels(packed, i), Is.EqualTo(DataSamples.Pixels(unpacked, i)));
        }
        // The unlabeled split comes first wherever it stands.
        byte[] unlabeled = DataSamples.Noise(3 * 27648, 8);
        string both = folder.Write("b.tar.gz", DataSamples.TarGz(TarEntryFormat.Ustar,
            ("stl10_binary/train_X.bin", DataSamples.Noise(27648, 7)), ("stl10_binary/unlabeled_X.bin", unlabeled)));
        using IImageSource larger = DatasetFactory.Open(both, 48, Options(folder));
        Assert.That(larger.Count, Is.EqualTo(3));
    }

    [TestCase("cifar-10-batches-py/data_batch_1", "the Python version of CIFAR-10", "cifar-10-binary.tar.gz")]
    [TestCase("cifar-10-batches-mat/data_batch_1.mat", "the MATLAB version of CIFAR-10", "cifar-10-binary.tar.gz")]
    [TestCase("cifar-100-python/train", "the Python version of CIFAR-100", "cifar-100-binary.tar.gz")]
    [TestCase("cifar-100-matlab/train.mat", "the MATLAB version of CIFAR-100", "cifar-100-binary.tar.gz")]
    [TestCase("stl10_matlab/train.mat", "the MATLAB version of STL-10", "stl10_binary.tar.gz")]
    public void OtherVersionsNameTheRightFile(string member, string version, string right)
    {
        using var folder = new TempFolder();
        string file = folder.Write("x/" + member, [0x80, 2]);
        string tar = folder.Write("y.tar.gz", DataSamples.TarGz(TarEntryFormat.Ustar, (member, [0x80, 2])));
        string renamed = folder.Write("data/cifar-10-binary.tar.gz", File.ReadAllBytes(tar));
        foreach (string data in (string[])[folder["x"], Path.GetDirectoryName(file)!, file, tar, "cifar10"])
            Assert.That(() => DatasetFactory.Open(data, 32, Options(folder)), Throws.InstanceOf<DatasetException>()
                .With.Message.Contains(version).And.Message.Contains($"give {right} from http")
                .And.Message.StartsWith(data == "cifar10" ? renamed : data));
    }

    [Test]
    public void Cifar100IsFoundByItsRecords()
    {
        using var folder = new TempFolder();
        byte[] file = DataSamples.CifarFile(4, [20, 100], 1);
        folder.Write("x/train.bin", file);
        using IImageSource source = DatasetFactory.Open(folder["x"], 32, Options(folder));
        Assert.That((source.Name, source.Count), Is.EqualTo(("cifar100", (long?)4)));
        Assert.That(DataSamples.Pixels(source, 3)[0], Is.EqualTo(file[3 * 3074 + 2]));
    }

    [Test]
    public void CifarIsResizedWithANotice()
    {
        using var folder = new TempFolder();
        byte[] file = DataSamples.CifarFile(1, [20, 100], 1);
        folder.Write("x/train.bin", file);
        var notices = new List<string>();
        using IImageSource small = DatasetFactory.Open(folder["x"], 32, Options(folder)),
            large = DatasetFactory.Open(folder["x"], 48, Options(folder) with { Notice = notices.Add });
        byte[] expected = new byte[48 * 48 * 3];
        new Resampler(32, 48).Resize(DataSamples.Pixels(small, 0), expected);
        Assert.That(DataSamples.Pixels(large, 0), Is.EqualTo(expected));
        Assert.That(notices.Single(), Does.Contain("resized to 48x48"));
        Assert.That(large.ContentHash, Is.Not.EqualTo(small.ContentHash));
    }

    [Test]
    public void Stl10PlanesAreColumnByColumnAndStorageDoesNotMatter([Values(96, 48)] int size)
    {
        using var folder = new TempFolder();
        byte[] file = DataSamples.Noise(3 * 27648, 5);
        folder.Write("stl10_binary/unlabeled_X.bin", file);
        folder.Write("stl10_binary/train_X.bin", DataSamples.Noise(27648, 6));
        string tar = folder.Write("s.tar.gz", DataSamples.TarGz(TarEntryFormat.Ustar,
            ("stl10_binary/test_X.bin", DataSamples.Noise(27648, 7)), ("stl10_binary/unlabeled_X.bin", file)));
        using IImageSource unpacked = DatasetFactory.Open(folder.Root, size, Options(folder)),
            packed = DatasetFactory.Open(tar, size, Options(folder));
        Assert.That((unpacked.Count, packed.Count), Is.EqualTo(((long?)3, (long?)3)));
        Assert.That(packed.ContentHash, Is.EqualTo(unpacked.ContentHash));
        byte[] full = new byte[27648], expected = new byte[size * size * 3];
        for (int y = 0; y < 96; y++)
            for (int x = 0; x < 96; x++)
                for (int c = 0; c < 3; c++) full[(y * 96 + x) * 3 + c] = file[2 * 27648 + c * 9216 + x * 96 + y];
        new Resampler(96, size).Resize(full, expected);
        Assert.That(DataSamples.Pixels(unpacked, 2), Is.EqualTo(expected));
        Assert.That(DataSamples.Pixels(packed, 2), Is.EqualTo(expected));
    }

    [Test]
    public void DamagedSetsAreNamed()
    {
        using var folder = new TempFolder();
        var files = DataSamples.Cifar10Files(2);
        foreach ((string name, byte[] bytes) in files) folder.Write(name, bytes);
        void Refuses(string what, string part) =>
            Assert.That(() => DatasetFactory.Open(folder[what], 32, Options(folder)),
                Throws.InstanceOf<DatasetException>().With.Message.Contains(part));
        folder.Write("cifar-10-batches-bin/data_batch_4.bin", files[3].Bytes[..^1]);
        Refuses("", "6145 bytes");
        files[3].Bytes[3073] = 10;
        folder.Write("cifar-10-batches-bin/data_batch_4.bin", files[3].Bytes);
        Refuses("", "record 1 has label 10");
        File.Delete(folder["cifar-10-batches-bin/data_batch_4.bin"]);
        Refuses("", "data_batch_4.bin is missing");
        folder.Write("a.tar.gz", DataSamples.TarGz(TarEntryFormat.Ustar, files[..2]));
        Refuses("a.tar.gz", "lacks data_batch_3.bin");
        folder.Write("b.tar.gz", DataSamples.TarGz(TarEntryFormat.Ustar, files[1]));
        Refuses("b.tar.gz", "lacks data_batch_1.bin");
        folder.Write("t.tar.gz", DataSamples.TarGz(TarEntryFormat.Ustar, [files[4], files[4]]));
        Refuses("t.tar.gz", "holds data_batch_5.bin twice");
        folder.Write("u.tar.gz", DataSamples.TarGz(TarEntryFormat.Ustar, [files[0], files[0]]));
        Refuses("u.tar.gz", "holds data_batch_1.bin twice");
        folder.Write("stl10_binary.tar.gz", DataSamples.TarGz(TarEntryFormat.Ustar, ("stl10_binary/test_X.bin", [1])));
        Refuses("stl10_binary.tar.gz", "lacks unlabeled_X.bin and train_X.bin");
        folder.Write("partial/data_batch_2.bin", files[1].Bytes);
        Refuses("partial", "data_batch_1.bin is missing");
        folder.Write("c.tar.gz", DataSamples.TarGz(TarEntryFormat.Ustar, ("x/y.bin", [1])));
        Refuses("c.tar.gz", "neither");
        folder.Write("d.tar.gz", [1, 2, 3]);
        Refuses("d.tar.gz", "not a gzip file");
        folder.Write("s/train_X.bin", [1]);
        Refuses("s", "1 bytes");
    }

    [Test]
    public void UnpackingStopsAtTheLimitWhateverTheHeadersSay()
    {
        using var folder = new TempFolder();
        string path = folder.Write("big.tar.gz", DataSamples.TarGz(TarEntryFormat.Ustar, ("a", new byte[4_000_000]), ("b", [1])));
        using (TarGz tar = TarGz.Open(path, 1 << 20))
        {
            Assert.That(tar.Next(), Is.True);
            Assert.That(() => tar.Next(), Throws.InstanceOf<DatasetException>().With.Message.Contains("more than 1 MB"));
        }
        using (TarGz tar = TarGz.Open(path, 8 << 20))
            Assert.That((tar.Next(), tar.Length, tar.Next(), tar.Name, tar.Next()),
                Is.EqualTo((true, 4_000_000L, true, "b", false)));
    }
}
