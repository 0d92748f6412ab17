using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Sources;
using Ssgan.Runner.Views;
using Ssgan.Tests.Data;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Runner;

/// <summary>"data", "doctor --data", and the options of "train" that are about images.</summary>
public sealed class DataCommandTests
{
    static void WriteImages(TempFolder folder, int count)
    {
        for (int i = 0; i < count; i++) folder.Write($"in/{(i < 3 ? "rare" : "common")}/{i:00}.png", DataSamples.NoiseImage(40,
            40, i));
    }

    [Test]
    public void SetsAreListedWithWhereTheyComeFromAndWhetherTheyAreHere()
    {
        using var folder = new TempFolder();
        folder.Write("celeba/img_align_celeba.zip", [1]);
        Printed printed = Shell.Run("data", "--data-dir", folder.Root);
        Assert.That(printed.Code, Is.Zero);
        foreach (DatasetInfo set in DatasetFactory.Sets)
        {
            Assert.That(printed.Out, Does.Contain(set.Name.PadRight(14) + " " + set.Description));
            if (set.Address is not null) Assert.That(printed.Out,
                Does.Contain($"{set.Address}, {set.Size}; terms: {set.Licence}; "));
        }
        Assert.That(printed.Out, Does.Contain($"here: {folder["celeba/img_align_celeba.zip"]}"));
        Assert.That(printed.Out.Split("not in").Length - 1,
            Is.EqualTo(DatasetFactory.Sets.Count(static s => s.Address is not null) - 1));
    }

    [Test]
    public void TheCacheIsShownBeforeItIsDeletedAndMovesWithItsNotes()
    {
        using var folder = new TempFolder();
        WriteImages(folder, 12);
        foreach (string file in Directory.GetFiles(folder["in"], "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        string data = folder["data"], other = folder["other"];
        var options = new DataOptions { DataDirectory = data };
        FolderSource.Open(folder["in"], 32, options).Dispose();
        folder.Write("data/cache/somebody.txt", [1]);
        Printed shown = Shell.Run("data", "--clean", "--data-dir", data);
        Assert.That(shown.Out, Does.Contain("12 images of 32x32").And.Contain("--yes would delete 2 files"));
        Assert.That(Directory.GetFiles(folder["data/cache"]), Has.Length.EqualTo(3));

        Printed moved = Shell.Run("data", "--move", other, "--data-dir", data);
        Assert.That(moved.Out, Does.Contain("Moved 2 files"));
        Assert.That(Directory.GetFiles(folder["data/cache"]).Select(Path.GetFileName), Is.EqualTo(new[] { "somebody.txt" }));
        var stages = new List<string>();
        FolderSource.Open(folder["in"], 32, options with
        {
            DataDirectory = other, Progress = new Reported<DataProgress>(p => stages.Add(p.Stage)),
        }).Dispose();
        Assert.That(stages, Is.Empty, "The moved pack is known again.");

        Assert.That(Shell.Run("data", "--clean", "--yes", "--data-dir", other).Out, Does.Contain("Deleted 2 files"));
        Assert.That(Directory.GetFiles(folder["other/cache"]), Is.Empty);
        Assert.That(Shell.Run("data", "--clean", "--data-dir", other).Out, Does.Contain("Nothing to delete"));
        Assert.That(Shell.Run("data", "--yes").ErrorLines, Has.One.Contains("--clean"));
        Assert.That(Shell.Run("data", "--clean", "--move", other).ErrorLines, Has.One.Contains("--move"));
    }

    [Test]
    public void DoctorLooksAtDataAndRefusesNothing()
    {
        using var folder = new TempFolder();
        WriteImages(folder, 40);
        folder.Write("in/common/copy.png", DataSamples.NoiseImage(40, 40, 7));
        folder.Write("in/common/broken.png", DataSamples.NoiseImage(40, 40, 8)[..60]);
        folder.Write("in/common/wide.png", DataSamples.NoiseImage(80, 20, 9));
        folder.Write("in/common/grey.png", PngFile.Make(40, 40, 8, 0, DataSamples.Noise(1600, 3)));
        folder.Write("in/common/notes.txt", [1]);
        // The same picture, written anew with other bytes and a little brighter.
        var flat = (int x, int y) => (byte)(128 + 100 * Math.Sin(x / 5.0) * Math.Cos(y / 7.0));
        foreach (var (name, more) in ((string, int)[])[("one", 0), ("two", 3)])
            folder.Write($"in/common/{name}.png", DataSamples.Image(40, 40, (x, y) =>
                new((byte)(flat(x, y) + more), (byte)(flat(x, y) + more), (byte)(flat(x, y) + more))));
        string sheet = folder["sheet.png"];
        Printed printed = Shell.Run("doctor", "--data", folder["in"], "--size", "32", "--sheet", sheet, "--data-dir",
            folder["data"]);
        Assert.That((printed.Code, printed.Error), Is.EqualTo((0, "")));
        foreach (string part in (string[])["46 in", "46 PNG", "1 .txt", "The shorter side is 20 to 40, 40 in the middle",
            "1 are smaller than 32", "1 are not square", "1 grey", "1 cannot be read: common/broken.png",
            "1 are others' copies: common/copy.png of common/07.png",
                "1 pairs look nearly the same: common/two.png and common/one.png",
            "from 3 images of rare to 42 of common", "45 images of 32x32, as --fit crop makes them",
                "45 images as training will see"])
            Assert.That(printed.Out, Does.Contain(part));
        Assert.That(DataSamples.Decode(File.ReadAllBytes(sheet), 8), Has.Some.Not.EqualTo(0));
        Assert.That(Directory.Exists(folder["data"]), Is.False, "Looking packs nothing.");
        Assert.That(Shell.Run("doctor", "--data", folder["none"]).ErrorLines, Has.One.Contains("no dataset"));
        Assert.That(Shell.Run("doctor", "--size", "32").ErrorLines, Has.One.Contains("--size goes with --data"));
        Assert.That(Shell.Run("doctor", "--data", "shapes").Out, Does.Contain("has no end").And.Contain("4, from"));
    }

    [Test]
    public void ARunTakesItsFitFromTheCommandLineAndKeepsIt()
    {
        using var folder = new TempFolder();
        for (int i = 0; i < 8; i++) folder.Write($"in/{i}.png", DataSamples.NoiseImage(40, 32, i));
        string[] run = ["train", "--data", folder["in"], "--data-dir", folder["data"], "--out", folder["run"], "--steps", "1",
            "--fit", "pad", .. Shell.Small];
        Assert.That(Shell.Run(run).Code, Is.Zero);
        Assert.That(File.ReadAllText(folder["run/config.json"]), Does.Contain("\"fit\": \"pad\"").IgnoreCase);
        Assert.That(Shell.Run("train", "--resume", folder["run"], "--steps", "2", "--data-dir", folder["data"], "--threads", "1",
            "--plain").Code, Is.Zero);
        Printed other = Shell.Run("train", "--resume", folder["run"], "--steps", "3", "--data-dir", folder["data"], "--fit",
            "crop",
            "--threads", "1", "--plain");
        Assert.That((other.Code, other.ErrorLines.Length), Is.EqualTo((2, 1)), other.Error);
        Assert.That(other.Error, Does.Contain("--fit was pad and is now crop"));
        Assert.That(Shell.Run("train", "--data", folder["in"], "--split", "val").ErrorLines, Has.One.Contains("--split val"));
        Assert.That(Shell.Run("train", "--data", folder["in"], "--attribute", "Smiling").ErrorLines, Has.One.Contains("Smiling"));
    }

    sealed class Clock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }

    [Test]
    public void ProgressSaysHowLongTheRestWillTake()
    {
        using StringWriter output = new() { NewLine = "\n" };
        var clock = new Clock();
        var lines = new DataProgressLines(output, clock);
        foreach (var (second, done) in ((long, long)[])[(0, 200), (10, 210), (20, 220), (30, 230), (50, 250), (100, 500), (200,
            1000)])
        {
            clock.Seconds = second;
            lines.Report(new DataProgress("pack", done, 1000));
        }
        // From 200 on one a second, until 250; then five a second.
        Assert.That(output.ToString().Split('\n')[..^1], Is.EqualTo(new[]
        {
            "data pack 20%", "data pack 22%, 13 min 0 s left", "data pack 25%, 12 min 30 s left",
                "data pack 50%, 2 min 46 s left",
            "data pack 100%",
        }));
    }
}
