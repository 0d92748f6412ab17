using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Sources;
using Ssgan.Gan.Data.Storage;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Data;

/// <summary>
/// A set is packed once, goes on where it was stopped, and is not read again as long as its files look the same.
/// </summary>
public sealed class PackingTests
{
    // More than two chunks of 1,024 images.
    const int Images = 2100;
    static readonly DateTime s_old = new(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    static void Write(TempFolder folder, int count, int bad = -1)
    {
        for (int i = 0; i < count; i++)
            File.SetLastWriteTimeUtc(folder.Write($"in/{i:0000}.bmp", i == bad ? [1, 2, 3]
                : DataSamples.Bmp(8, 8, (x, y) => new((byte)(i + x), (byte)(i >> 8), (byte)y))), s_old);
    }

    static DataOptions Options(TempFolder folder, List<string>? stages = null, CancellationTokenSource? stop = null,
        int stopAt = int.MaxValue, bool skipBad = false, List<string>? notices = null) => new()
    {
        CacheDirectory = folder["cache"], SkipBad = skipBad, Notice = n => notices?.Add(n),
        Progress = new Reported<DataProgress>(p =>
        {
            if (stages is not null && !stages.Contains(p.Stage)) stages.Add(p.Stage);
            if (p.Stage == "pack" && p.Done >= stopAt) stop!.Cancel();
        }),
    };

    [Test]
    public void APackingThatWasStoppedGoesOn([Values(0, 1)] int lost)
    {
        using var folder = new TempFolder();
        Write(folder, Images, bad: 5);
        using var stop = new CancellationTokenSource();
        Assert.That(() => FolderSource.Open(folder["in"], 8, Options(folder, null, stop, 1500, skipBad: true), stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
        string partial = Directory.GetFiles(folder["cache"], "*.partial").Single();
        Assert.That(new FileInfo(partial).Length, Is.GreaterThanOrEqualTo(PackFile.HeaderBytes + 1023 * 192));
        if (lost == 1)
        {
            // As after a power failure: images that the log has are not on the disk, and the log ends in the middle of a line.
            using (var file = File.OpenWrite(partial)) file.SetLength(PackFile.HeaderBytes + 700 * 192 + 5);
            File.AppendAllText(partial + ".log", "broken of");
        }
        List<string> stages = [], notices = [];
        using FolderSource source = FolderSource.Open(folder["in"], 8, Options(folder, stages, skipBad: true, notices: notices));
        Assert.That(notices, Has.Some.Contains($"goes on behind {(lost == 1 ? 701 : 1024):N0} of 2,100"));
        Assert.That(stages, Does.Not.Contain("hash"), "That was done.");
        Assert.That(Directory.GetFiles(folder["cache"]).Select(Path.GetExtension), Is.EquivalentTo(new[] { ".pack", ".known" }));
        using var other = new TempFolder();
        using FolderSource whole = FolderSource.Open(folder["in"], 8, Options(other, skipBad: true));
        Assert.That((source.Count, source.ContentHash, source.Skipped), Is.EqualTo((whole.Count, whole.ContentHash,
            whole.Skipped)));
        Assert.That(File.ReadAllBytes(Directory.GetFiles(folder["cache"], "*.pack").Single()),
            Is.EqualTo(File.ReadAllBytes(Directory.GetFiles(other["cache"], "*.pack").Single())));
    }

    [Test]
    public void FilesThatLookTheSameAreNotReadAgain()
    {
        using var folder = new TempFolder();
        Write(folder, 20);
        folder.Write("in/notes.txt", [1]);
        File.SetLastWriteTimeUtc(folder["in/notes.txt"], s_old);
        string Open(List<string> stages, List<string>? notices = null, bool verify = false)
        {
            using FolderSource source = FolderSource.Open(folder["in"], 8, Options(folder, stages, notices: notices) with
            {
                VerifyContent = verify,
            });
            Assert.That(DataSamples.Pixels(source, 7), Is.EqualTo(DataSamples.Decode(File.ReadAllBytes(folder["in/0007.bmp"]),
                8)));
            return source.ContentHash;
        }

        string first = Open([]);
        List<string> stages = [], notices = [];
        Assert.That(Open(stages, notices), Is.EqualTo(first));
        Assert.That(stages, Is.Empty, "Neither files nor the pack are read.");
        Assert.That(notices, Has.Some.Contains("1 .txt"), "What is left out is said all the same.");
        Assert.That(Open(stages, verify: true), Is.EqualTo(first));
        Assert.That(stages, Is.EqualTo(new[] { "hash", "verify" }));

        // Another time, another size, another name, one more.
        foreach (Action change in (Action[])[() => File.SetLastWriteTimeUtc(folder["in/0003.bmp"], s_old.AddSeconds(1)),
            () => Write(folder, 21), () => File.Move(folder["in/0020.bmp"], folder["in/0021.bmp"]),
            () => File.Delete(folder["in/0021.bmp"])])
        {
            change();
            stages.Clear();
            Open(stages);
            Assert.That(stages, Does.Contain("hash"));
            stages.Clear();
            Open(stages);
            Assert.That(stages, Is.Empty);
        }

        // A pack that is another file than it was is not trusted either.
        string pack = Directory.GetFiles(folder["cache"], "*.pack").OrderBy(File.GetLastWriteTimeUtc).First();
        foreach (string each in Directory.GetFiles(folder["cache"], "*.pack")) File.SetLastWriteTimeUtc(each, s_old);
        stages.Clear();
        Open(stages);
        Assert.That(stages, Is.EqualTo(new[] { "verify" }), pack);
    }

    [Test]
    public void FilesThatWereJustChangedAreReadAgain()
    {
        using var folder = new TempFolder();
        Write(folder, 3);
        File.SetLastWriteTimeUtc(folder["in/0001.bmp"], DateTime.UtcNow);
        FolderSource.Open(folder["in"], 8, Options(folder)).Dispose();
        List<string> stages = [];
        FolderSource.Open(folder["in"], 8, Options(folder, stages)).Dispose();
        Assert.That(stages, Does.Contain("hash"));
    }

    [Test]
    public void TwoPackingsAtOnceDoNotDisturbEachOther()
    {
        using var folder = new TempFolder();
        Write(folder, 40);
        using (PartialPack other = PartialPack.Open(Path.Combine(Directory.CreateDirectory(folder["cache"]).FullName, "x.pack"),
            8))
        using (PartialPack second = PartialPack.Open(folder["cache/x.pack"], 8))
        {
            other.Log([null]);
            Assert.That(second.Done, Is.Zero);
        }
        Assert.That(Directory.GetFiles(folder["cache"]).Select(Path.GetFileName),
            Is.EquivalentTo(new[] { "x.pack.partial", "x.pack.partial.log" }), "The one with images in it stays.");
    }

    [Test]
    public void ANoteThatIsDamagedIsNoNote()
    {
        using var folder = new TempFolder();
        Write(folder, 3);
        FolderSource.Open(folder["in"], 8, Options(folder)).Dispose();
        string note = Directory.GetFiles(folder["cache"], "*.known").Single();
        byte[] valid = File.ReadAllBytes(note);
        var random = new Random(8);
        for (int i = 0; i < 200; i++)
        {
            byte[] bytes = [.. valid];
            for (int k = random.Next(1, 4); k > 0; k--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0) bytes = bytes[..random.Next(bytes.Length)];
            File.WriteAllBytes(note, bytes);
            using FolderSource source = FolderSource.Open(folder["in"], 8, Options(folder));
            Assert.That(source.Count, Is.EqualTo(3));
        }
    }

    [Test]
    public void GreyPicturesAreCounted()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.png", PngFile.Make(8, 8, 8, 0, [.. Enumerable.Repeat((byte)77, 64)]));
        folder.Write("in/b.png", DataSamples.NoiseImage(8, 8, 1));
        List<string> notices = [];
        using FolderSource source = FolderSource.Open(folder["in"], 8, Options(folder, notices: notices));
        Assert.That(notices, Has.Some.Contains("1 of 2 images are grey"));
        Assert.That(DataSamples.Pixels(source, 0), Is.All.EqualTo(77));
    }

    [Test]
    public void AFitKeepsTheWholePicture([Values] ImageFit fit, [Values] bool turned)
    {
        // A red left half and a blue right half, twice as wide as high; or the same picture stored on its side.
        using var folder = new TempFolder();
        byte[] file = DataSamples.Image(16, 8, static (x, _) => x < 8 ? new(255, 0, 0) : new(0, 0, 255));
        if (turned) file = PngFile.InsertAfterHeader(
            DataSamples.Image(8, 16, static (_, y) => y < 8 ? new(0, 0, 255) : new(255, 0, 0)),
            PngFile.Chunk("eXIf", [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]));
        folder.Write("in/a.png", file);
        using FolderSource source = FolderSource.Open(folder["in"], 8, Options(folder) with { Fit = fit });
        byte[] pixels = DataSamples.Pixels(source, 0);
        (int, int, int) At(int x, int y) => (pixels[(y * 8 + x) * 3], pixels[(y * 8 + x) * 3 + 1], pixels[(y * 8 + x) * 3 + 2]);
        Assert.That((At(0, 4), At(7, 4)), Is.EqualTo(((255, 0, 0), (0, 0, 255))));
        Assert.That((At(0, 0), At(7, 7)), Is.EqualTo(fit == ImageFit.Pad ? ((255, 255, 255), (255, 255, 255))
            : ((255, 0, 0), (0, 0, 255))));
        using FolderSource crop = FolderSource.Open(folder["in"], 8, Options(folder));
        Assert.That(source.ContentHash == crop.ContentHash, Is.EqualTo(fit == ImageFit.Crop));
    }
}
