using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Sources;
using Ssgan.Gan.Data.Storage;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Data;

/// <summary>Classes and labels of the sets that are not folders of images.</summary>
public sealed class LabelTests
{
    const string Cifar10Names = "airplane automobile bird cat deer dog frog horse ship truck";
    const string Stl10Names = "airplane bird car cat deer dog horse monkey ship truck";

    static DataOptions Options(TempFolder folder, List<string>? notices = null) =>
        new() { DataDirectory = folder["data"], AllowDownload = false, Notice = n => notices?.Add(n) };

    static int[] Labels(IImageSource source, int count) => [.. Enumerable.Range(0, count).Select(i => source.Label(i))];

    [Test]
    public void Cifar10HasItsTenClassesFromFolderAndArchive([Values("13452", "54321", "12345")] string order)
    {
        using var folder = new TempFolder();
        var files = DataSamples.Cifar10Files(60);
        foreach ((string name, byte[] bytes) in files) folder.Write(name, bytes);
        string tar = folder.Write("c.tar.gz", DataSamples.PublishedCifar10(files, order));
        int[] expected = [.. files.SelectMany(static f => f.Bytes.Chunk(3073).Select(static record => (int)record[0]))];
        foreach (string place in (string[])[folder.Root, tar])
        {
            using IImageSource source = DatasetFactory.Open(place, 32, Options(folder));
            Assert.That(string.Join(' ', source.Classes), Is.EqualTo(Cifar10Names));
            Assert.That(Labels(source, 300), Is.EqualTo(expected));
            Assert.That(() => source.Label(300), Throws.InstanceOf<ArgumentException>().With.Message.Contains("300"));
        }
        Assert.That(expected.Distinct().Count(), Is.EqualTo(10));
    }

    [Test]
    public void Cifar100sLabelsAreTheFineOnes()
    {
        using var folder = new TempFolder();
        byte[] file = DataSamples.CifarFile(50, [20, 100], 1);
        folder.Write("x/train.bin", file);
        using IImageSource source = DatasetFactory.Open(folder["x"], 32, Options(folder));
        Assert.That(source.Classes, Has.Count.EqualTo(100).And.Unique);
        Assert.That((source.Classes[0], source.Classes[19], source.Classes[99]), Is.EqualTo(("apple", "cattle", "worm")));
        Assert.That(Labels(source, 50), Is.EqualTo(file.Chunk(3074).Select(static record => (int)record[1])));
    }

    [Test]
    public void NamesComeFromTheFileBesideTheImages([Values] bool archive)
    {
        using var folder = new TempFolder();
        (string, byte[])[] files =
        [
            .. DataSamples.Cifar10Files(1),
            ("cifar-10-batches-bin/batches.meta.txt",
                "zero\r\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n\n"u8.ToArray()),
        ];
        foreach ((string name, byte[] bytes) in files) folder.Write("f/" + name, bytes);
        string tar = folder.Write("c.tar.gz", DataSamples.TarGz(TarEntryFormat.Ustar, files));
        using IImageSource source = DatasetFactory.Open(archive ? tar : folder["f"], 32, Options(folder));
        Assert.That(string.Join(' ', source.Classes), Is.EqualTo("zero one two three four five six seven eight nine"));
    }

    [TestCase("airplane\n", "1 name"), TestCase("a\na\nb\nc\nd\ne\nf\ng\nh\ni\n", "a twice"),
        TestCase("a\tz\nb\nc\nd\ne\nf\ng\nh\ni\nj\n", "control"), TestCase(null, "70000 bytes")]
    public void AFileOfNamesThatCannotBeRightIsNotUsed(string? text, string part)
    {
        using var folder = new TempFolder();
        foreach ((string name, byte[] bytes) in DataSamples.Cifar10Files(1)) folder.Write(name, bytes);
        byte[] meta = text is null ? new byte[70_000] : Encoding.UTF8.GetBytes(text);
        string path = folder.Write("cifar-10-batches-bin/batches.meta.txt", meta);
        var notices = new List<string>();
        using IImageSource source = DatasetFactory.Open(folder.Root, 32, Options(folder, notices));
        Assert.That(string.Join(' ', source.Classes), Is.EqualTo(Cifar10Names));
        Assert.That(notices.Single(), Does.StartWith(path).And.Contain(part).And.Contain("published names"));
    }

    [Test]
    public void LabelsDoNotEnterTheContentHash()
    {
        // Runs keep these hashes, and compare them before they go on.
        static string Hash(string set, byte[] pixels, int size) =>
            Hex($"{set} {Convert.ToHexStringLower(SHA256.HashData(pixels))} size {size}");
        static string Hex(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        using var folder = new TempFolder();
        byte[] cifar = DataSamples.CifarFile(3, [20, 100], 1), stl = DataSamples.Noise(2 * 27648, 2);
        folder.Write("c/train.bin", cifar);
        folder.Write("s/train_X.bin", stl);
        folder.Write("s/train_y.bin", [1, 2]);
        using IImageSource first = DatasetFactory.Open(folder["c"], 32, Options(folder)),
            second = DatasetFactory.Open(folder["s"], 48, Options(folder)), third = DatasetFactory.Open("shapes", 32, new());
        Assert.That(first.ContentHash, Is.EqualTo(Hash("cifar100", cifar, 32)));
        Assert.That(second.ContentHash, Is.EqualTo(Hash("stl10", stl, 48)));
        Assert.That(third.ContentHash, Is.EqualTo(Hex("shapes v1 size 32 seed 0")));
        Assert.That((first.Classes.Count, second.Classes.Count, third.Classes.Count), Is.EqualTo((100, 10, 4)));
    }

    [Test]
    public void Stl10sTrainSplitHasLabelsFromFolderAndArchive([Values] bool labelsFirst, [Values] bool names)
    {
        using var folder = new TempFolder();
        byte[] pixels = DataSamples.Noise(3 * 27648, 6);
        var files = new List<(string Name, byte[] Bytes)>
        {
            ("stl10_binary/train_X.bin", pixels), ("stl10_binary/train_y.bin", [10, 1, 3]),
            ("stl10_binary/test_y.bin", [1, 2, 3, 4]),
        };
        if (names) files.Add(("stl10_binary/class_names.txt", "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n"u8.ToArray()));
        if (labelsFirst) files.Reverse();
        foreach ((string name, byte[] bytes) in files) folder.Write("f/" + name, bytes);
        string tar = folder.Write("s.tar.gz", DataSamples.TarGz(TarEntryFormat.Ustar, [.. files]));
        // The archive twice: at first it is packed, then the pack is found.
        foreach (string place in (string[])[folder["f"], tar, tar])
        {
            using IImageSource source = DatasetFactory.Open(place, 48, Options(folder));
            Assert.That(string.Join(' ', source.Classes), Is.EqualTo(names ? "0 1 2 3 4 5 6 7 8 9" : Stl10Names));
            Assert.That(Labels(source, 3), Is.EqualTo(new[] { 9, 0, 2 }));
        }
    }

    [Test]
    public void Stl10sUnlabeledSplitHasNoClasses([Values] bool archive)
    {
        using var folder = new TempFolder();
        (string Name, byte[] Bytes)[] files =
        [
            ("stl10_binary/train_X.bin", DataSamples.Noise(27648, 6)), ("stl10_binary/train_y.bin", [10]),
            ("stl10_binary/class_names.txt", "a\n"u8.ToArray()), ("stl10_binary/unlabeled_X.bin", DataSamples.Noise(27648, 7)),
        ];
        foreach ((string name, byte[] bytes) in files) folder.Write("f/" + name, bytes);
        string tar = folder.Write("s.tar.gz", DataSamples.TarGz(TarEntryFormat.Ustar, files));
        using IImageSource source = DatasetFactory.Open(archive ? tar : folder["f"], 48, Options(folder));
        Assert.That(source.Classes, Is.Empty);
        Assert.That(() => source.Label(0),
            Throws.InvalidOperationException.With.Message.EqualTo("stl10 has no classes."));
    }

    [TestCase(new byte[] { 1 }, "1 bytes"), TestCase(new byte[] { 1, 2, 3 }, "3 bytes"), TestCase(new byte[] { 1, 0 }, "label 0"),
        TestCase(new byte[] { 11, 1 }, "label 11")]
    public void LabelsThatDoNotFitTheImagesAreRefused(byte[] labels, string part)
    {
        using var folder = new TempFolder();
        (string Name, byte[] Bytes)[] files = [("train_X.bin", DataSamples.Noise(2 * 27648, 6)), ("train_y.bin", labels)];
        foreach ((string name, byte[] bytes) in files) folder.Write("stl10_binary/" + name, bytes);
        string tar = folder.Write("s.tar.gz", DataSamples.TarGz(TarEntryFormat.Ustar, files));
        foreach (string place in (string[])[folder["stl10_binary"], tar])
            Assert.That(() => DatasetFactory.Open(place, 48, Options(folder)), Throws.InstanceOf<DatasetException>()
                .With.Message.StartsWith(place).And.Message.Contains("train_y.bin").And.Message.Contains(part));
        Assert.That(Directory.Exists(folder["data/cache"]) ? Directory.GetFiles(folder["data/cache"]) : [], Is.Empty);
    }

    [Test]
    public void TwoFilesOfLabelsInAnArchiveAreRefused()
    {
        using var folder = new TempFolder();
        string tar = folder.Write("s.tar.gz", DataSamples.TarGz(TarEntryFormat.Ustar, ("train_y.bin", [1]), ("train_y.bin", [2]),
            ("train_X.bin", DataSamples.Noise(27648, 6))));
        Assert.That(() => DatasetFactory.Open(tar, 48, Options(folder)),
            Throws.InstanceOf<DatasetException>().With.Message.EqualTo($"{tar} holds train_y.bin twice."));
    }

    [Test]
    public void APackHasALabelForEveryImage()
    {
        using var writer = new PackWriter(new MemoryStream(), 8);
        writer.Append(new byte[192]);
        writer.SetLabels(new ImageLabels(["a"], [0, 0]));
        Assert.That(writer.Finish, Throws.InvalidOperationException.With.Message.Contains("1 images have 2 labels"));
    }

    [Test]
    public void ShapesAreLabelledByTheirSubjects()
    {
        using IImageSource source = new ShapesSource(32, 5);
        Assert.That(source.Classes, Is.EqualTo(new[] { "house", "tree", "boat", "face" }));
        int[] counts = new int[4];
        for (int i = 0; i < 400; i++)
        {
            // Only a boat has water below, blue where every ground is not; a shirt may hide one corner, never both.
            byte[] pixels = DataSamples.Pixels(source, i);
            bool Blue(int at) => pixels[at] < 0.4 * pixels[at + 2];
            bool water = Blue(31 * 32 * 3) && Blue(32 * 32 * 3 - 3);
            Assert.That(source.Label(i) == 2, Is.EqualTo(water), $"image {i}");
            counts[source.Label(i)]++;
        }
        // Six standard deviations of a quarter of 400: 100 +- 6 * 8.7.
        Assert.That(counts, Has.All.InRange(48, 152));
        Assert.That(() => source.Label(-1), Throws.InstanceOf<ArgumentException>().With.Message.Contains("-1"));
    }
}
