using Ssgan.Emulator;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Runner;

public sealed class TrainTests
{
    [Test]
    public void RunLeavesEveryFile()
    {
        using var scratch = new TempFolder();
        string run = scratch["run"];
        var printed = Shell.Train(run, "--steps", "3", "--log-every", "1", "--sample-every", "2", "--checkpoint-every", "2");
        Assert.That(printed.Error, Is.Empty);
        Assert.That(printed.Code, Is.EqualTo(ExitCode.Done));
        var files = Directory.EnumerateFiles(run, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(run, f).Replace('\\', '/'));
        Assert.That(files, Is.EquivalentTo(new[]
        {
            "config.json", "metrics.jsonl", "starts.jsonl", "loss.png", "report.html", "samples/reals.png",
            "samples/fakes-00000000.png", "samples/fakes-00000002.png", "samples/fakes-00000003.png",
            "checkpoints/step-00000002/state.json",
            "checkpoints/step-00000002/tensors.safetensors", "checkpoints/step-00000003/state.json",
            "checkpoints/step-00000003/tensors.safetensors",
        }));
        Assert.That(MetricsLog.Read(Path.Combine(run, "metrics.jsonl")).Select(static r => r["step"]),
            Is.EqualTo(new[] { 1.0, 2, 3 }));
        Assert.That(printed.Out.Split('\n').Count(static l => l.StartsWith("step=", StringComparison.Ordinal)), Is.EqualTo(3));
        Assert.That(printed.Out, Does.Contain("Preset tiny").And.Contain($"ssgan sample --checkpoint {run}"));
    }

    [Test]
    public void OptionsOverrideThePreset()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "1", "--preset", "mimicry", "--lr", "0.001", "--lr-schedule", "constant",
            "--rotation", "four-angles", "--shortcut", "raw", "--one-pass", "--flip", "--seed", "18446744073709551615",
            "--rotation-fake", "0.5");
        string config = scratch["run/config.json"];
        var options = TrainOptions.FromJson(File.ReadAllText(config), config);
        var expected = Presets.For(Presets.Mimicry, 32).With(steps: 1, batch: 4, discriminatorSteps: 1, gridImages: 4,
            emaDecay: 0.9f, learningRate: 0.001f, decay: "constant", flip: true, seed: ulong.MaxValue);
        Assert.That(options, Is.EqualTo(expected with
        {
            Gan = new SsganOptions
            {
                Ngf = 8, Ndf = 8, ShortcutFromRelu = false, FakeRotationScale = 0.5f, OnePass = true,
                RotationBatch = Gan.Losses.RotationBatch.FourAnglesOfAQuarter,
            },
        }));
    }

    [Test]
    public void SecondRunInOneFolderIsRefused()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "1");
        var again = Shell.Train(scratch["run"], "--steps", "1");
        Assert.That(again.Code, Is.EqualTo(ExitCode.Failed));
        Assert.That(again.Error, Does.Contain("already holds a run"));
    }

    [Test]
    public void DryRunPrintsTheTableAndWritesNothing()
    {
        using var scratch = new TempFolder();
        var printed = Shell.Train(scratch["run"], "--dry-run");
        Assert.That(printed.Code, Is.EqualTo(ExitCode.Done));
        Assert.That(Directory.EnumerateFileSystemEntries(scratch.Root), Is.Empty);
        // The generator at width 8: 128·128 + 128, three blocks of 2·(8·8·9 + 8) + 2·16 + 72, then 16 and 8·27 + 3.
        Assert.That(printed.Out,
            Does.Match(@"l1 +\(4, 4, 4, 8\) +\(128, 128\) +16,512").And.Match(@"block2\.c1 +\(8, 3, 3, 8\) +584"));
        Assert.That(printed.Out, Does.Match(@"(?s)generator.*total +20,563.*discriminator.*total +4,461"));
        Assert.That(printed.Out,
            Does.Match(@"peak of a step at batch 4.* MiB").And.Match(@"one step \(n_dis 1\) on cpu +[0-9.]+ m?s"));
        Assert.That(printed.Out, Does.Match(@"peak of a sheet of 4 samples.* [KM]iB").And.Match(@"peak of a run +[0-9.]+ MiB"));
    }

    [Test]
    public void DryRunOnAGpuTimesWhatTrainingWillRun()
    {
        using var cuda = new EmulatedCuda();
        var printed = Shell.On(cuda, CancellationToken.None, ["train", "--device", "cuda", "--dry-run", .. Shell.Small]);
        Assert.That(printed.Out, Does.Match(@"one step \(n_dis 1\) on cuda:0 +[0-9.]+ m?s"));
        Assert.That(cuda.Calls("cuGraphInstantiateWithFlags"), Is.EqualTo(2));
        Assert.That(cuda.Calls("cuGraphLaunch"), Is.GreaterThan(0));
    }

    [Test]
    public void FractionsAreTakenWhereTheyMakeSense()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "1", "--lr", "2.5e-4", "--beta1", "0.5", "--beta2", "0.999",
            "--rotation-real", "0.75", "--rotation-fake", "0.1");
        var options = TrainOptions.FromJson(File.ReadAllText(scratch["run/config.json"]), "config.json");
        var (optimisation, gan) = (options.Optimisation, (SsganOptions)options.Gan);
        Assert.That((optimisation.LearningRate, optimisation.Beta1, optimisation.Beta2, gan.RealRotationScale,
            gan.FakeRotationScale),
            Is.EqualTo((2.5e-4f, 0.5, 0.999, 0.75f, 0.1f)));
    }

    [Test]
    public void StoppedBeforeItBeginsIsInterrupted()
    {
        using var scratch = new TempFolder();
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var printed = Shell.Run(stop.Token, ["train", "--out", scratch["run"], .. Shell.Small, "--steps", "5"]);
        Assert.That(printed.Code, Is.EqualTo(ExitCode.Interrupted));
        Assert.That(printed.Out, Does.Contain("Stopped after step 0 of 5").And.Contain("--resume"));
        Assert.That(scratch["run/checkpoints/step-00000000/tensors.safetensors"], Does.Exist);
    }
}
