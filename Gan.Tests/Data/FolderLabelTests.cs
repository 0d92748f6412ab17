using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Sources;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Data;

/// <summary>Classes of folders whose images lie in subfolders, decoded and from their pack.</summary>
public sealed class FolderLabelTests
{
    static DataOptions Options(TempFolder folder, Action<DataProgress>? progress = null) =>
        new() { CacheDirectory = folder["cache"], SkipBad = true, Progress = new Reported<DataProgress>(progress) };

    static void Write(TempFolder folder, params string[] names)
    {
        foreach (string name in names) folder.Write("in/" + name, DataSamples.NoiseImage(8, 8, name.Length));
    }

    static int[] Labels(IImageSource source) => [.. Enumerable.Range(0, (int)source.Count!).Select(i => source.Label(i))];

    [Test]
    public void ClassesAreTheFoldersOfTheFirstLevel()
    {
        using var folder = new TempFolder();
        // As paths, "a.b/" comes before "a/"; as names, "a" comes before "a.b".
        Write(folder, "a.b/1.png", "a/2.png", "B/deep/deeper/3.png", "a/x/4.png");
        folder.Write("in/none/readme.txt", [1, 2, 3]);
        var stages = new HashSet<string>();
        for (int again = 0; again < 2; again++)
        {
            stages.Clear();
            using IImageSource source = FolderSource.Open(folder["in"], 8, Options(folder, p => stages.Add(p.Stage)));
            Assert.That(stages.Contains("pack"), Is.EqualTo(again == 0));
            Assert.That(source.Classes, Is.EqualTo(new[] { "B", "a", "a.b" }));
            Assert.That(Labels(source), Is.EqualTo(new[] { 0, 2, 1, 1 }));
            Assert.That(() => source.Label(4), Throws.InstanceOf<ArgumentException>()
                .With.Message.Contains("no image 4 among 4"));
        }
    }

    [Test]
    public void AnImageInTheFolderItselfMeansNoClasses()
    {
        using var folder = new TempFolder();
        Write(folder, "a/1.png", "b/2.png", "3.png");
        using IImageSource source = FolderSource.Open(folder["in"], 8, Options(folder));
        Assert.That(source.Classes, Is.Empty);
        Assert.That(() => source.Label(0), Throws.InvalidOperationException.With.Message.Contains(folder["in"]));
    }

    [Test]
    public void WhatIsLeftOutHasNoSay()
    {
        using var folder = new TempFolder();
        Write(folder, "a/1.png", "c/2.png");
        folder.Write("in/bad.png", [1, 2, 3]);
        folder.Write("in/a/0.png", [1, 2, 3]);
        folder.Write("in/b/bad.png", [1, 2, 3]);
        folder.Write("in/readme.txt", [1, 2, 3]);
        using IImageSource source = FolderSource.Open(folder["in"], 8, Options(folder));
        Assert.That(((FolderSource)source).Skipped, Has.Count.EqualTo(3));
        Assert.That(source.Classes, Is.EqualTo(new[] { "a", "c" }));
        Assert.That(Labels(source), Is.EqualTo(new[] { 0, 1 }));
    }

    [Test]
    public void APackOfAnOlderVersionIsLeftAsItIs()
    {
        // A program of before may still use it: the new pack lies beside it.
        using var folder = new TempFolder();
        Write(folder, "a/1.png", "b/2.png");
        FolderSource.Open(folder["in"], 8, Options(folder)).Dispose();
        string made = Directory.GetFiles(folder["cache"]).Single();
        string key = Path.GetFileName(made)[..64];
        Assert.That(made, Is.EqualTo(folder[$"cache/{key}.v2.pack"]));
        File.Delete(made);
        byte[] old = DataSamples.Noise(500, 1);
        folder.Write($"cache/{key}.pack", old);
        var notices = new List<string>();
        using IImageSource source = FolderSource.Open(folder["in"], 8, Options(folder) with { Notice = notices.Add });
        Assert.That(source.Classes, Has.Count.EqualTo(2));
        Assert.That(File.ReadAllBytes(folder[$"cache/{key}.pack"]), Is.EqualTo(old));
        Assert.That(notices, Is.Empty);
        Assert.That(File.Exists(made));
    }
}
