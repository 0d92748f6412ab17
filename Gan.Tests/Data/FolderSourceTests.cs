using System.Security.Cryptography;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Gan.Data.Sources;
using Ssgan.Gan.Data.Storage;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Data;

public sealed class FolderSourceTests
{
    static DataOptions Options(TempFolder folder, bool skipBad = false, List<string>? notices = null,
        Action<DataProgress>? progress = null) =>
        new() { CacheDirectory = folder["cache"], SkipBad = skipBad,
            Notice = notice => notices?.Add(notice), Progress = new Reported<DataProgress>(progress) };

    static void WriteImages(TempFolder folder, int count)
    {
        for (int i = 0; i < count; i++) folder.Write($"in/{i:00}.png", DataSamples.NoiseImage(8, 8, i));
    }

    static byte[] Expected(byte[] file)
    {
        byte[] pixels = new byte[8 * 8 * 3];
        ImageDecoder.Decode(file, 8, pixels, new Lock());
        return pixels;
    }

    [Test]
    public void ImagesComeInOrderOfTheirPaths()
    {
        using var folder = new TempFolder();
        string[] names = ["B.PNG", "a.png", "sub/deep/c.jpeg", "sub/d.webp", "sub.bmp"];
        byte[][] files = [DataSamples.NoiseImage(8, 8, 1), DataSamples.NoiseImage(9, 20, 2), DataSamples.NoiseImage(16, 16, 3,
            SkiaSharp.SKEncodedImageFormat.Jpeg), DataSamples.NoiseImage(30, 8, 4, SkiaSharp.SKEncodedImageFormat.Webp),
            DataSamples.Bmp(8, 8, (x, y) => new((byte)x, (byte)y, 9))];
        for (int i = 0; i < names.Length; i++) folder.Write("in/" + names[i], files[i]);
        folder.Write("in/notes.txt", [1, 2, 3]);
        using FolderSource source = FolderSource.Open(folder["in"], 8, Options(folder));
        Assert.That((source.Count, source.Size, source.Skipped), Is.EqualTo(((long?)5, 8, Array.Empty<string>())));
        // Ordinal: capitals first, and '.' before '/'.
        int[] order = [0, 1, 4, 3, 2];
        for (int i = 0; i < 5; i++)
            Assert.That(DataSamples.Pixels(source, i), Is.EqualTo(Expected(files[order[i]])), names[order[i]]);
    }

    [Test]
    public void ThePackIsMadeOnceAndFoundByContent()
    {
        using var folder = new TempFolder();
        WriteImages(folder, 7);
        var stages = new HashSet<string>();
        DataProgress last = default;
        void Open(string name, out string hash)
        {
            stages.Clear();
            using FolderSource source = FolderSource.Open(folder[name], 8, Options(folder, progress: p =>
            {
                stages.Add(p.Stage);
                if (p.Stage == "pack") last = p;
            }));
            hash = source.ContentHash;
        }
        Open("in", out string first);
        Assert.That(stages, Does.Contain("pack"));
        Assert.That(last, Is.EqualTo(new DataProgress("pack", 7, 7)));
        Directory.Move(folder["in"], folder["moved"]);
        Open("moved", out string second);
        Assert.That(stages, Does.Not.Contain("pack"));
        Assert.That(second, Is.EqualTo(first));
        folder.Write("moved/03.png", DataSamples.NoiseImage(8, 8, 99));
        Open("moved", out string third);
        Assert.That(stages, Does.Contain("pack"));
        Assert.That(third, Is.Not.EqualTo(first));
    }

    [Test]
    public void APackOfAnotherDecoderIsNotUsedAndTheContentHashStays()
    {
        using var folder = new TempFolder();
        WriteImages(folder, 1);
        byte[] file = File.ReadAllBytes(folder["in/00.png"]);
        // Runs keep this hash, and compare it before they go on.
        byte[] hash = SHA256.HashData([.. "folder v1 size 8\0"u8, .. "00.png\0"u8, .. SHA256.HashData(file)]);
        using var stream = new MemoryStream();
        using (var writer = new PackWriter(stream, 8))
        {
            writer.SetContentHash(hash);
            writer.Append(new byte[8 * 8 * 3]);
            writer.Finish();
        }
        folder.Write($"cache/{Convert.ToHexStringLower(hash)}.pack", stream.ToArray());
        using FolderSource source = FolderSource.Open(folder["in"], 8, Options(folder));
        Assert.That(source.ContentHash, Is.EqualTo(Convert.ToHexStringLower(hash)));
        Assert.That(DataSamples.Pixels(source, 0), Is.EqualTo(Expected(file)));
    }

    [Test]
    public void ADamagedPackIsNoticedAndMadeAgain([Values("flip", "cut", "longer", "header", "empty")] string damage)
    {
        using var folder = new TempFolder();
        WriteImages(folder, 3);
        FolderSource.Open(folder["in"], 8, Options(folder)).Dispose();
        string pack = Directory.GetFiles(folder["cache"]).Single();
        byte[] good = File.ReadAllBytes(pack), bad = [.. good];
        bad[300] ^= 4;
        byte[] header = [.. good];
        header[16] = 200;
        File.WriteAllBytes(pack, damage switch { "flip" => bad, "cut" => good[..^1], "longer" => [.. good, 0],
            "header" => header, _ => [] });
        var notices = new List<string>();
        using FolderSource source = FolderSource.Open(folder["in"], 8, Options(folder, notices: notices));
        Assert.That(notices, Has.Count.EqualTo(1));
        Assert.That(notices[0], Does.Contain(pack));
        Assert.That(DataSamples.Pixels(source, 2), Is.EqualTo(Expected(File.ReadAllBytes(folder["in/02.png"]))));
        Assert.That(File.ReadAllBytes(pack), Is.EqualTo(good));
    }

    [Test]
    public void BadFilesAreNamedOrLeftOutOnRequest()
    {
        using var folder = new TempFolder();
        WriteImages(folder, 3);
        for (int i = 0; i < 12; i++) folder.Write($"in/bad{i:00}.jpg", DataSamples.Noise(50, i));
        DatasetException refused = Assert.Throws<DatasetException>(() => FolderSource.Open(folder["in"], 8, Options(folder)));
        Assert.That(refused.Message, Does.Contain("12 of 15").And.Contain("bad00.jpg").And.Contain("bad09.jpg")
            .And.Contain("2 more").And.Not.Contain("bad10"));
        Assert.That(refused.Message.Count(c => c == '\n'), Is.Zero);
        Assert.That(Directory.Exists(folder["cache"]) ? Directory.GetFiles(folder["cache"]) : [], Is.Empty,
            "a refused pack stayed behind");

        for (int again = 0; again < 2; again++)
        {
            var notices = new List<string>();
            using FolderSource source = FolderSource.Open(folder["in"], 8, Options(folder, skipBad: true, notices));
            Assert.That(source.Count, Is.EqualTo(3));
            Assert.That(source.Skipped, Has.Count.EqualTo(12));
            Assert.That(source.Skipped[0], Does.StartWith("bad00.jpg is not"));
            Assert.That(notices.Single(), Does.Contain("Left out 12 of 15"));
        }
        Assert.That(() => FolderSource.Open(folder["in"], 8, Options(folder)),
            Throws.InstanceOf<DatasetException>().With.Message.EqualTo(refused.Message));
    }

    [Test]
    public void FoldersWithoutImagesAreRefusedInOneSentence()
    {
        using var folder = new TempFolder();
        Assert.That(() => FolderSource.Open(folder["none"], 8, Options(folder)),
            Throws.InstanceOf<DatasetException>().With.Message.Contains("does not exist"));
        folder.Write("in/readme.md", [1]);
        Assert.That(() => FolderSource.Open(folder["in"], 8, Options(folder)),
            Throws.InstanceOf<DatasetException>().With.Message.Contains("has no images"));
        folder.Write("in/a.png", [1]);
        Assert.That(() => FolderSource.Open(folder["in"], 8, Options(folder, skipBad: true)),
            Throws.InstanceOf<DatasetException>().With.Message.Contains("1 of 1"));
        Assert.That(() => FolderSource.Open(folder["in"], 4, Options(folder)), Throws.ArgumentException);
        WriteImages(folder, 2);
        File.Delete(folder["in/a.png"]);
        folder.Write("file", [1]);
        Assert.That(() => FolderSource.Open(folder["in"], 8, new DataOptions { CacheDirectory = folder["file"] }),
            Throws.InstanceOf<DatasetException>().With.Message.Contains("cannot be packed"));
    }

    [Test]
    public void CancellingLeavesNothingBehind()
    {
        using var folder = new TempFolder();
        WriteImages(folder, 40);
        using var stop = new CancellationTokenSource();
        DataOptions options = Options(folder, progress: p => { if (p.Stage == "pack") stop.Cancel(); });
        Assert.That(() => FolderSource.Open(folder["in"], 8, options, stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Directory.GetFiles(folder["cache"]), Is.Empty);
    }

    [Test]
    public void ALinkToTheParentDoesNotLoop()
    {
        using var folder = new TempFolder();
        WriteImages(folder, 2);
        try
        {
            Directory.CreateSymbolicLink(folder["in/loop"], folder["in"]);
        }
        catch (IOException)
        {
            Assert.Ignore("This system does not let the test make a symbolic link.");
        }
        using FolderSource source = FolderSource.Open(folder["in"], 8, Options(folder));
        Assert.That(source.Count, Is.EqualTo(2));
    }
}
