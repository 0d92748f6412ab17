using System.IO.Compression;
using SkiaSharp;
using Ssgan.Engine.Serialization.Numpy;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Sources;
using Ssgan.Runner.Terminal;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Runner;

/// <summary>Images for other programs: numbered files and arrays.</summary>
public sealed class SampleFilesTests
{
    [Test]
    public void EachImageIsTheSameWhicheverOthersAreDrawn()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "1");
        Sample(scratch["run"], scratch["a"] + "/", "--seeds", "3,5-7");
        Sample(scratch["run"], scratch["b"] + "/", "--seed", "5", "--count", "2");
        Assert.That(Directory.GetFiles(scratch["a"]).Select(Path.GetFileName).Order(),
            Is.EqualTo(new[] { "seed000003.png", "seed000005.png", "seed000006.png", "seed000007.png" }));
        foreach (string file in Directory.GetFiles(scratch["b"]))
            Assert.That(File.ReadAllBytes(file), Is.EqualTo(File.ReadAllBytes(scratch[$"a/{Path.GetFileName(file)}"])));
        using var source = FolderSource.Open(scratch["a"], 32, new DataOptions { DataDirectory = scratch["data"] });
        Assert.That(source.Count, Is.EqualTo(4), "they are images, not sheets");
    }

    [Test]
    public void ArrayHoldsTheSamePixels()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "1");
        Sample(scratch["run"], scratch["a.npz"], "--seeds", "2-4");
        Sample(scratch["run"], scratch["a"] + "/", "--seeds", "2-4");
        var array = NpzFile.Read(scratch["a.npz"]).Single();
        Assert.That((array.Name, string.Join(' ', array.Shape.ToArray())), Is.EqualTo(("arr_0", "3 32 32 3")));
        using (var zip = ZipFile.OpenRead(scratch["a.npz"]))
            Assert.That(zip.Entries.Select(static e => e.FullName), Is.EqualTo(new[] { "arr_0.npy" }));
        using var image = SKBitmap.Decode(scratch["a/seed000003.png"]);
        var first = image.GetPixel(0, 0);
        Assert.That(array.Values<byte>().Slice(32 * 32 * 3, 3).ToArray(),
            Is.EqualTo(new[] { first.Red, first.Green, first.Blue }));
    }

    [TestCase("--seeds takes numbers and ranges, as 0-63,100, not \"a-3\"", "--seeds", "a-3")]
    [TestCase("--seeds has the range 4-2", "--seeds", "4-2")]
    [TestCase("--seeds names more than 65536 seeds", "--seeds", "0-99999999999")]
    [TestCase("--seeds stands in place of --seed and --count", "--seeds", "1", "--count", "3")]
    [TestCase("--columns and --scale go with a sheet", "--scale", "3")]
    public void WhatCannotBeMeantIsOneSentence(string sentence, params string[] more)
    {
        using var scratch = new TempFolder();
        var printed = Shell.Run(["sample", "--checkpoint", "x", "--out", scratch["a"] + "/", .. more]);
        Assert.That(printed.Code, Is.EqualTo(ExitCode.BadArguments));
        Assert.That(printed.ErrorLines, Has.Length.EqualTo(1).And.Some.Contains(sentence));
        Assert.That(Directory.Exists(scratch["a"]), Is.False);
    }

    static void Sample(string run, string output, params string[] more)
    {
        var printed = Shell.Run(["sample", "--checkpoint", run, "--out", output, .. more]);
        Assert.That(printed.Code, Is.EqualTo(ExitCode.Done), printed.Error);
    }
}
