using SkiaSharp;
using Ssgan.Emulator;
using Ssgan.Engine.Serialization.Numpy;
using Ssgan.Runner.Terminal;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Runner;

/// <summary>"sample": walks between seeds, animations, bounds and rows of classes.</summary>
public sealed class SampleWalkTests
{
    [Test]
    public void A_walk_is_a_strip_a_folder_an_array_or_an_animation()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "1");
        string[] walk = ["--interpolate", "3:8", "--frames", "5"];
        Assert.That(Sample(scratch["run"], scratch["strip.png"], [.. walk, "--scale", "1"]).Out,
            Does.Contain("5 images of 32x32 on a walk through seeds 3, 8 from"));
        using (var strip = SKBitmap.Decode(scratch["strip.png"]))
            Assert.That((strip.Width, strip.Height), Is.EqualTo((5 * 34 + 2, 36)));
        Sample(scratch["run"], scratch["frames"] + "/", walk);
        Sample(scratch["run"], scratch["seeds"] + "/", "--seeds", "3");
        Assert.That(Directory.GetFiles(scratch["frames"]).Select(Path.GetFileName).Order(),
            Is.EqualTo(Enumerable.Range(0, 5).Select(static i => $"frame{i:D4}.png")));
        Assert.That(File.ReadAllBytes(scratch["frames/frame0000.png"]),
            Is.EqualTo(File.ReadAllBytes(scratch["seeds/seed000003.png"])));
        Sample(scratch["run"], scratch["a.npz"], walk);
        byte[] pixels = NpzFile.Read(scratch["a.npz"]).Single().Values<byte>().ToArray();
        Sample(scratch["run"], scratch["a.webp"], walk);
        using (var codec = SKCodec.Create(scratch["a.webp"]))
        {
            Assert.That((codec.FrameCount, codec.Info.Width, codec.FrameInfo[0].Duration), Is.EqualTo((5, 64, 50)));
            using var frame = new SKBitmap(new SKImageInfo(64, 64, SKColorType.Rgba8888, SKAlphaType.Opaque));
            codec.GetPixels(frame.Info, frame.GetPixels(), new SKCodecOptions(4));
            var first = frame.GetPixel(0, 0);
            Assert.That(((byte[])[first.Red, first.Green, first.Blue]), Is.EqualTo(pixels[(4 * 3072)..(4 * 3072 + 3)]));
        }
        Sample(scratch["run"], scratch["a.apng"], [.. walk, "--frame-ms", "100", "--loop"]);
        Assert.That(File.ReadAllBytes(scratch["a.apng"]).AsSpan().IndexOf("acTL"u8), Is.EqualTo(37));
        Sample(scratch["run"], scratch["b.webp"], [.. walk, "--quality", "50"]);
        Assert.That(new FileInfo(scratch["b.webp"]).Length, Is.LessThan(new FileInfo(scratch["a.webp"]).Length));
    }

    [Test]
    public void A_walk_that_loops_does_not_repeat_its_first_image()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "1");
        Assert.That(Sample(scratch["run"], scratch["a"] + "/", "--interpolate", "1:2", "--frames", "4", "--loop").Out,
            Does.Contain("through seeds 1, 2 and back"));
        Sample(scratch["run"], scratch["b"] + "/", "--interpolate", "1:2:1", "--frames", "5");
        for (int i = 0; i < 4; i++)
            Assert.That(File.ReadAllBytes(scratch[$"a/frame{i:D4}.png"]),
                Is.EqualTo(File.ReadAllBytes(scratch[$"b/frame{i:D4}.png"])));
        Assert.That(Directory.GetFiles(scratch["a"]), Has.Length.EqualTo(4));
    }

    [Test]
    public void Rows_of_classes_have_the_same_seeds()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--model", "cgan-pd", "--lr-schedule", "constant", "--steps", "1");
        Assert.That(Sample(scratch["run"], scratch["a.png"], "--rows", "classes", "--seeds", "4,9", "--scale", "1").Out,
            Does.Contain("8 images").And.Contain("Classes: "));
        using (var sheet = SKBitmap.Decode(scratch["a.png"]))
            Assert.That((sheet.Width, sheet.Height), Is.EqualTo((2 * 34 + 2, 4 * 34 + 2)));
        Sample(scratch["run"], scratch["rows"] + "/", "--rows", "classes", "--seeds", "4,9");
        Sample(scratch["run"], scratch["one"] + "/", "--class", "2", "--seeds", "4,9");
        Assert.That(Directory.GetFiles(scratch["rows"]), Has.Length.EqualTo(8));
        foreach (string seed in (string[])["seed000004", "seed000009"])
            Assert.That(File.ReadAllBytes(scratch[$"rows/{seed}-class2.png"]),
                Is.EqualTo(File.ReadAllBytes(scratch[$"one/{seed}.png"])));
        // A walk stays in a class, which its first seed chooses.
        Assert.That(Sample(scratch["run"], scratch["walk"] + "/", "--interpolate", "4:9", "--frames", "2").Out,
            Does.Match("Classes: [a-z]+\\.\n$"));
        Sample(scratch["run"], scratch["seeds"] + "/", "--seeds", "4");
        Assert.That(File.ReadAllBytes(scratch["walk/frame0000.png"]),
            Is.EqualTo(File.ReadAllBytes(scratch["seeds/seed000004.png"])));
        // A bound leaves a seed its class.
        Sample(scratch["run"], scratch["bound"] + "/", "--seeds", "4", "--truncation", "90");
        Assert.That(File.ReadAllBytes(scratch["bound/seed000004.png"]),
            Is.EqualTo(File.ReadAllBytes(scratch["seeds/seed000004.png"])));
    }

    /// <summary>Noise is the same numbers; images may round to the next byte.</summary>
    [Test]
    public void A_gpu_draws_the_same_but_for_rounding()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--ngf", "4", "--steps", "1");
        string[] what =
            ["sample", "--checkpoint", scratch["run"], "--interpolate", "3:8", "--frames", "2", "--truncation", "0.7"];
        Assert.That(Shell.Run([.. what, "--out", scratch["cpu.npz"]]).Error, Is.Empty);
        using var cuda = new EmulatedCuda();
        Assert.That(Shell.On(cuda, CancellationToken.None, [.. what, "--out", scratch["gpu.npz"], "--device", "cuda"]).Error,
            Is.Empty);
        byte[] cpu = NpzFile.Read(scratch["cpu.npz"]).Single().Values<byte>().ToArray();
        byte[] gpu = NpzFile.Read(scratch["gpu.npz"]).Single().Values<byte>().ToArray();
        Assert.That(gpu.Zip(cpu).Max(static p => Math.Abs(p.First - p.Second)), Is.LessThanOrEqualTo(1));
        Assert.That(cpu.Distinct().Count(), Is.GreaterThan(10), "an image, not one colour");
    }

    [TestCase("--interpolate takes two seeds or more, as 3:8 or 3:8:11, not \"3\"", "a.png", "--interpolate", "3")]
    [TestCase("--interpolate takes two seeds or more", "a.png", "--interpolate", "3:x")]
    [TestCase("--interpolate takes two seeds or more", "a.png", "--interpolate", "3:-1")]
    [TestCase("--frames is 2, fewer than the 3 seeds", "a.png", "--interpolate", "3:4:5", "--frames", "2")]
    [TestCase("--frames is 1; it takes 2 to 65536", "a.png", "--interpolate", "3:4", "--frames", "1")]
    [TestCase("--frames and --loop go with --interpolate", "a.webp", "--loop")]
    [TestCase("--interpolate names seeds itself", "a.png", "--interpolate", "3:4", "--seeds", "3")]
    [TestCase("--truncation is 0; it takes 0.01 to 100", "a.png", "--truncation", "0")]
    [TestCase("--truncation is NaN", "a.png", "--truncation", "NaN")]
    [TestCase("--rows takes one of classes", "a.png", "--rows", "rotations")]
    [TestCase("--rows classes draws all classes", "a.png", "--rows", "classes", "--class", "1")]
    [TestCase("not with an animation", "a.webp", "--rows", "classes")]
    [TestCase("--quality goes with FILE.webp", "a.apng", "--quality", "50")]
    [TestCase("--quality is 0; it takes 1 to 100", "a.webp", "--quality", "0")]
    [TestCase("--frame-ms goes with an animation", "a.png", "--frame-ms", "50")]
    [TestCase("--columns goes with a sheet", "a.webp", "--columns", "5")]
    [TestCase("a GIF has 256 colours", "a.gif")]
    public void What_cannot_be_meant_is_one_sentence(string sentence, string file, params string[] more)
    {
        using var scratch = new TempFolder();
        var printed = Shell.Run(["sample", "--checkpoint", "x", "--out", scratch[file], .. more]);
        Assert.That(printed.Code, Is.EqualTo(ExitCode.BadArguments));
        Assert.That(printed.ErrorLines, Has.Length.EqualTo(1).And.Some.Contains(sentence));
        Assert.That(File.Exists(scratch[file]), Is.False);
    }

    [Test]
    public void Rows_of_classes_need_classes()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "1");
        var printed = Shell.Run("sample", "--checkpoint", scratch["run"], "--out", scratch["a.png"], "--rows", "classes");
        Assert.That((printed.Code, printed.Error), Is.EqualTo((ExitCode.BadArguments,
            $"--rows is classes, and {scratch["run/checkpoints/step-00000001"]} was not told classes.\n")));
    }

    static Printed Sample(string run, string output, params string[] more)
    {
        var printed = Shell.Run(["sample", "--checkpoint", run, "--out", output, .. more]);
        Assert.That((printed.Error, printed.Code), Is.EqualTo(("", ExitCode.Done)));
        return printed;
    }
}
