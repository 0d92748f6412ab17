using SkiaSharp;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Gan.Interop;
using Ssgan.Gan.Models;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Runner;

public sealed class SampleTests
{
    [Test]
    public void SameSeedGivesTheSameFile()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "2");
        Sample(scratch["run"], scratch["a.png"], "--seed", "7");
        Sample(scratch["run/checkpoints/step-00000002"], scratch["b.png"], "--seed", "7", "--threads", "1");
        Sample(scratch["run/checkpoints/step-00000002/tensors.safetensors"], scratch["c.png"], "--seed", "8");
        Assert.That(File.ReadAllBytes(scratch["b.png"]), Is.EqualTo(File.ReadAllBytes(scratch["a.png"])));
        Assert.That(File.ReadAllBytes(scratch["c.png"]), Is.Not.EqualTo(File.ReadAllBytes(scratch["a.png"])));
    }

    [Test]
    public void SheetHasTheSizeAskedFor()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "1");
        Sample(scratch["run"], scratch["a.png"], "--count", "5", "--columns", "3", "--scale", "1");
        using var sheet = SKBitmap.Decode(scratch["a.png"]);
        // 3 columns and 2 rows of 32, with gaps of 2 between and around.
        Assert.That((sheet.Width, sheet.Height), Is.EqualTo((3 * 34 + 2, 2 * 34 + 2)));
    }

    [Test]
    public void SheetThatIsTooLargeIsRefusedBeforeItIsDrawn()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "1");
        var printed = Shell.Run("sample", "--checkpoint", scratch["run"], "--out", scratch["a.png"],
            "--count", "65536", "--scale", "64");
        Assert.That(printed.Code, Is.EqualTo(ExitCode.BadArguments));
        Assert.That(printed.Error, Does.Contain("524802x524802").And.Contain("too large"));
    }

    [Test]
    public void AveragedWeightsAreTakenWhereThereAreAny()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "2");
        Assert.That(Sample(scratch["run"], scratch["auto.png"]).Out, Does.Contain("weights g_ema"));
        Sample(scratch["run"], scratch["on.png"], "--ema", "on");
        Sample(scratch["run"], scratch["off.png"], "--ema", "off");
        Assert.That(File.ReadAllBytes(scratch["auto.png"]), Is.EqualTo(File.ReadAllBytes(scratch["on.png"])));
        Assert.That(File.ReadAllBytes(scratch["auto.png"]), Is.Not.EqualTo(File.ReadAllBytes(scratch["off.png"])));
    }

    [Test]
    public void RunWithoutAverageSaysSo()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "1", "--ema", "0");
        Assert.That(Sample(scratch["run"], scratch["a.png"]).Out, Does.Contain("weights g)"));
        var printed = Shell.Run("sample", "--checkpoint", scratch["run"], "--out", scratch["b.png"], "--ema", "on");
        Assert.That(printed.Code, Is.EqualTo(ExitCode.Failed));
        Assert.That(printed.Error, Does.Contain("without --ema"));
    }

    [TestCase(32, 8)]
    [TestCase(48, 16)]
    [TestCase(64, 16)]
    [TestCase(128, 16)]
    public void MimicryFileIsDrawnFrom(int size, int ngf)
    {
        using var scratch = new TempFolder();
        string file = scratch["weights.safetensors"];
        using var device = Device.Cpu(1);
        using var random = new Rng(device, 3);
        using var network = new ResNetGenerator(random, Architecture.For(size, ngf));
        MimicryWeights.Save(file, network);
        Sample(file, scratch["a.png"], "--seed", "9", "--count", "3");

        using var noise = new Rng(device, 9);
        using var scope = device.Scope();
        network.Eval();
        byte[] pixels = Pixels.FromImages(network.Forward(noise.Normal(new Shape(3, 128)))).ToArray<byte>();
        Assert.That(File.ReadAllBytes(scratch["a.png"]), Is.EqualTo(ImageGrid.Encode(pixels, 3, size)));
    }

    [TestCase("")]
    [TestCase("\u0002\0\0\0\0\0\0\0{}")]
    public void OtherFileIsRefused(string contents)
    {
        using var scratch = new TempFolder();
        File.WriteAllText(scratch["weights.safetensors"], contents);
        var printed = Shell.Run("sample", "--checkpoint", scratch["weights.safetensors"], "--out", scratch["a.png"]);
        Assert.That(printed.Code, Is.EqualTo(ExitCode.Failed));
        Assert.That(printed.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(printed.Error, Does.Contain("weights.safetensors").And.Not.StartWith("ssgan failed"));
    }

    [Test]
    public void WeightsTooLargeToComputeWithGiveNoBlackSheet()
    {
        using var scratch = new TempFolder();
        using var device = Device.Cpu(1);
        using var random = new Rng(device, 3);
        using var network = new ResNetGenerator(random, Architecture.For(32, 8));
        foreach (var (name, weight) in network.NamedParameters())
            if (name == "b5.weight" || name == "c5.weight")
                weight.CopyFrom<float>([.. weight.ToArray().Select(static x => x < 0 ? -3e38f : 3e38f)]);
        MimicryWeights.Save(scratch["large.safetensors"], network);
        var printed = Shell.Run("sample", "--checkpoint", scratch["large.safetensors"], "--out", scratch["a.png"]);
        Assert.That(printed.Code, Is.EqualTo(ExitCode.Failed));
        Assert.That(printed.Error, Does.Contain("large.safetensors draws images that are not numbers"));
        Assert.That(scratch["a.png"], Does.Not.Exist);
    }

    static Printed Sample(string checkpoint, string file, params string[] more)
    {
        var printed = Shell.Run(["sample", "--checkpoint", checkpoint, "--out", file, .. more]);
        Assert.That(printed.Code, Is.EqualTo(ExitCode.Done), printed.Error);
        return printed;
    }
}
