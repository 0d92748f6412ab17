using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Sources;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Data.Containers;

/// <summary>Images read the same from whatever they lie in, and what is damaged is named.</summary>
public sealed class ContainerTests
{
    static readonly string[] s_plain = ["folder", "zip", "zip in a folder", "tar", "LMDB"],
        s_classes = ["folder of classes", "zip of classes", "tar of classes"],
        s_labelled = ["StyleGAN zip", "WebDataset", "WebDataset shards"];

    static IEnumerable<string> All => [.. s_plain, .. s_classes, .. s_labelled];

    [TestCaseSource(nameof(All))]
    public void TheSameImagesAreReadFromEveryContainer(string container)
    {
        using var folder = new TempFolder();
        bool classes = s_classes.Contains(container), labelled = s_labelled.Contains(container);
        var files = Places.Files(classes);
        using IImageSource source = DatasetFactory.Open(Places.Make(folder, container), 16, Places.Options(folder));
        Assert.That(source.Count, Is.EqualTo(files.Length));
        for (int i = 0; i < files.Length; i++)
            Assert.That(DataSamples.Pixels(source, i), Is.EqualTo(DataSamples.Decode(files[i].Bytes, 16)), files[i].Name);
        Assert.That(source.Classes, Is.EqualTo(classes ? ["cats", "dogs"] : labelled ? ["0", "1", "2"] : Array.Empty<string>()));
        for (int i = 0; i < files.Length && source.Classes.Count > 0; i++)
            Assert.That(source.Label(i), Is.EqualTo(labelled ? Places.LabelOf(i) : i < Places.Images / 2 ? 0 : 1));
        // One hash of names and contents, so that a run goes on from another container.
        foreach (var (name, bytes) in files) folder.Write("unpacked/" + name, bytes);
        using IImageSource unpacked = DatasetFactory.Open(folder["unpacked"], 16, Places.Options(folder));
        Assert.That(source.ContentHash, Is.EqualTo(unpacked.ContentHash));
    }

    [Test]
    public void ADamagedImageIsNamedWithItsContainer()
    {
        using var folder = new TempFolder();
        var files = Places.Files(classes: false);
        files[3].Bytes = files[3].Bytes[..100];
        foreach (string place in (string[])[folder.Write("a.zip", Places.Zip(CompressionLevel.Fastest, files)),
            folder.Write("a.tar", Places.Tar(TarEntryFormat.Ustar, files))])
        {
            Assert.That(() => DatasetFactory.Open(place, 16, Places.Options(folder)), Throws.InstanceOf<DatasetException>()
                .With.Message.Contains(place).And.Message.Contains("000003.png").And.Message.Contains("1 of 12"));
            using IImageSource rest = DatasetFactory.Open(place, 16, Places.Options(folder) with { SkipBad = true });
            Assert.That(rest.Count, Is.EqualTo(11));
        }
        // .NET's reader of zip files takes a changed byte for the right one.
        byte[] zip = Places.Zip(CompressionLevel.NoCompression, Places.Files(classes: false));
        zip[200] ^= 1;
        Assert.That(() => DatasetFactory.Open(folder.Write("b.zip", zip), 16, Places.Options(folder)),
            Throws.InstanceOf<DatasetException>().With.Message.Contains("checksum"));
    }

    [Test]
    public void LabelsThatAreNotForAllImagesAreNone()
    {
        using var folder = new TempFolder();
        var files = Places.Files(classes: false);
        var notices = new List<string>();
        string some = folder.Write("a.zip", Places.Zip(CompressionLevel.Fastest, [.. files, ("dataset.json",
            Places.DatasetJson(files[1..]))])),
            tar = folder.Write("a.tar", Places.Tar(TarEntryFormat.Ustar, Places.Samples(files)[..^1]));
        foreach (string place in (string[])[some, tar])
        {
            notices.Clear();
            using IImageSource source = DatasetFactory.Open(place, 16, Places.Options(folder, notices));
            Assert.That((source.Count, source.Classes.Count), Is.EqualTo((12L, 0)));
            Assert.That(notices, Has.Some.Contains("images get no labels"));
        }
        byte[] none = Encoding.UTF8.GetBytes("{\"labels\": null}"), wrong = Encoding.UTF8.GetBytes("{\"labels\": [[1]]}");
        using (IImageSource source = DatasetFactory.Open(folder.Write("b.zip",
            Places.Zip(CompressionLevel.Fastest, [.. Places.Files(classes: true), ("dataset.json", none)])), 16,
                Places.Options(folder)))
            Assert.That(source.Classes, Is.Empty, "StyleGAN's folders are numbers, not classes.");
        Assert.That(() => DatasetFactory.Open(folder.Write("c.zip", Places.Zip(CompressionLevel.Fastest, [.. files,
            ("dataset.json", wrong)])),
            16, Places.Options(folder)), Throws.InstanceOf<DatasetException>().With.Message.Contains("dataset.json"));
    }

    [Test]
    public void FilesOfOtherKindsAreRefused()
    {
        using var folder = new TempFolder();
        foreach (string place in (string[])[folder.Write("a.zip", Places.Zip(CompressionLevel.Fastest, ("a.txt", [1]))),
            folder.Write("a.tar", Places.Tar(TarEntryFormat.Ustar, ("a.txt", [1]))),
            folder.Write("b.zip", [.. "PK\x03\x04"u8, 1, 2, 3]), folder.Write("data.mdb", LmdbBytes.Of())])
            Assert.That(() => DatasetFactory.Open(place, 16, Places.Options(folder)), Throws.InstanceOf<DatasetException>()
                .With.Message.Contains(place), place);
    }

    [Test]
    public void OptionsOfOtherSetsAreRefused()
    {
        using var folder = new TempFolder();
        string place = Places.Make(folder, "zip");
        foreach (string data in (string[])[place, "shapes", "cifar10", Places.Make(folder, "folder")])
        {
            Assert.That(() => DatasetFactory.Open(data, 32, Places.Options(folder) with { Split = "val" }),
                Throws.InstanceOf<DatasetException>().With.Message.Contains("--split val"), data);
            Assert.That(() => DatasetFactory.Open(data, 32, Places.Options(folder) with { Attribute = "Smiling" }),
                Throws.InstanceOf<DatasetException>().With.Message.Contains("--attribute Smiling"), data);
        }
    }
}
