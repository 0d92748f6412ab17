using Ssgan.Runner.Terminal;
using Ssgan.Tests.Data;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Runner;

/// <summary>Runs whose data are near what they write, and data as they are published.</summary>
public sealed class OwnDataTests
{
    static TempFolder Photos()
    {
        var scratch = new TempFolder();
        for (int i = 0; i < 6; i++) scratch.Write($"photos/{i}.png", DataSamples.NoiseImage(40, 32, i));
        return scratch;
    }

    static Printed Train(TempFolder scratch, string run, params string[] more) =>
        Shell.Train(scratch[run],
            ["--data", scratch["photos"], "--data-dir", scratch["photos/data"], "--steps", "2", "--lr-schedule", "constant",
                .. more]);

    static string State(TempFolder scratch, string run, int step) =>
        Convert.ToHexString(File.ReadAllBytes(scratch[$"{run}/checkpoints/step-{step:D8}/tensors.safetensors"]));

    [TestCase("photos/runs/0001-photos-ssgan32"), TestCase("photos")]
    public void ARunInsideItsDataIsResumedAndRepeated(string run)
    {
        using var scratch = Photos();
        Assert.That(Train(scratch, "outside").Error, Is.Empty);
        Assert.That(Train(scratch, run).Error, Is.Empty);
        Assert.That(State(scratch, run, 2), Is.EqualTo(State(scratch, "outside", 2)));

        string drawn = scratch["photos/samples.png"];
        var sampled = Shell.Run("sample", "--checkpoint", scratch[run], "--count", "4", "--out", drawn, "--threads", "1");
        Assert.That(sampled.Error, Is.Empty);
        var again = Train(scratch, "photos/second");
        Assert.That(again.Error, Is.Empty);
        Assert.That(again.Out,
            Does.Contain($"Left out of {scratch["photos"]}: what 1 training run wrote; 1 sheet that ssgan drew."));
        Assert.That(State(scratch, "photos/second", 2), Is.EqualTo(State(scratch, "outside", 2)), "trained on the photos alone");

        string[] resume = ["train", "--resume", scratch[run], "--data-dir", scratch["photos/data"], "--steps", "3", "--plain"];
        var resumed = Shell.Run(resume);
        Assert.That((resumed.Error, resumed.Code), Is.EqualTo(("", ExitCode.Done)));
    }

    [Test]
    public void ImagesUnderARunsNamesAreNotTakenForItsOwn([Values("samples/a.png", "loss.png", "checkpoints/b.png")] string taken)
    {
        using var scratch = Photos();
        byte[] image = DataSamples.NoiseImage(32, 32, 9);
        scratch.Write("photos/" + taken, image);
        var printed = Train(scratch, "photos");
        Assert.That(printed.Code, Is.EqualTo(ExitCode.Failed));
        Assert.That(printed.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(printed.Error, Does.Contain(scratch["photos/" + taken.Split('/')[0]] + " is there already"));
        Assert.That(File.ReadAllBytes(scratch["photos/" + taken]), Is.EqualTo(image));
        Assert.That(scratch["photos/config.json"], Does.Not.Exist);
    }

    [Test]
    public void CifarInThePublishedOrderTrains()
    {
        using var scratch = new TempFolder();
        var files = DataSamples.Cifar10Files(4);
        foreach ((string name, byte[] bytes) in files) scratch.Write("unpacked/" + name, bytes);
        scratch.Write("data/cifar-10-binary.tar.gz", DataSamples.PublishedCifar10(files));
        string[] steps = ["--steps", "3", "--data", "cifar10", "--data-dir"];
        var packed = Shell.Train(scratch["run"], [.. steps, scratch["data"]]);
        Assert.That((packed.Error, packed.Code), Is.EqualTo(("", ExitCode.Done)));
        Shell.Train(scratch["same"], [.. steps, scratch["unpacked"]]);
        Assert.That(State(scratch, "run", 3), Is.EqualTo(State(scratch, "same", 3)));
    }
}
