using Ssgan.Gan.Algorithms;
using Ssgan.Runner.Commands;
using Ssgan.Runner.Terminal;
using Ssgan.Tests.Data;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Runner;

public sealed class ArgumentTests
{
    static readonly object[] Bad =
    [
        new object[] { "--foo", new[] { "train", "--foo" } },
        new object[] { "fly", new[] { "fly" } },
        new object[] { "train, sample, eval, compare, report, serve, runs, clean, verify-resume, export, doctor, data, models or "
            + "presets", Array.Empty<string>() },
        new object[] { "--steps", new[] { "train", "--steps", "many" } },
        new object[] { "--steps", new[] { "train", "--steps" } },
        new object[] { "--steps takes a whole number", new[] { "train", "--steps", "3", "--steps", "four" } },
        new object[] { "--steps is 0", new[] { "train", "--steps", "0" } },
        new object[] { "--batch", new[] { "train", "--batch", "99999999999" } },
        new object[] { "--batch is 1;", new[] { "train", "--batch", "1" } },
        new object[] { "--batch is 9999999", new[] { "train", "--batch", "9999999" } },
        new object[] { "--ngf is 1000000", new[] { "train", "--ngf", "1000000" } },
        new object[] { "--ngf is 20", new[] { "train", "--size", "64", "--ngf", "20" } },
        new object[] { "--size is 33", new[] { "train", "--size", "33" } },
        new object[] { "--data-dir lacks its value; --dry-run stands in its place",
            new[] { "train", "--data-dir", "--dry-run" } },
        new object[] { "--out lacks its value; --flip", new[] { "train", "--out", "--flip", "--out", "runs" } },
        new object[] { "--steps lacks its value.", new[] { "train", "--steps", "1", "--steps" } },
        new object[] { "did you mean four-angles?", new[] { "train", "--rotation", "four-angle" } },
        new object[] { "--lr is NaN", new[] { "train", "--lr", "NaN" } },
        new object[] { "--lr is -1;", new[] { "train", "--lr", "-1" } },
        new object[] { "--beta2 is 1;", new[] { "train", "--beta2", "1" } },
        new object[] { "--n-dis is 0", new[] { "train", "--n-dis", "0" } },
        new object[] { "--sample-every is -1", new[] { "train", "--sample-every", "-1" } },
        new object[] { "--steps is 9223372036854775807", new[] { "train", "--steps", "9223372036854775807" } },
        new object[] { "--ema is 1; it must lie in [0, 1)", new[] { "train", "--ema", "1" } },
        new object[] { "--rotation-real is -0.5", new[] { "train", "--rotation-real", "-0.5" } },
        new object[] { "--rotation-fake is Infinity", new[] { "train", "--rotation-fake", "Infinity" } },
        new object[] { "--grid is 0", new[] { "train", "--grid", "0" } },
        new object[] { "--keep-last is 0", new[] { "train", "--keep-last", "0" } },
        new object[] { "--log-every is 0", new[] { "train", "--log-every", "0" } },
        new object[] { "--checkpoint-every is 0", new[] { "train", "--checkpoint-every", "0" } },
        new object[] { "--lr-schedule", new[] { "train", "--lr-schedule", "exponential" } },
        new object[] { "--lr-schedule restart goes with --resume", new[] { "train", "--lr-schedule", "restart" } },
        new object[] { "--rotation", new[] { "train", "--rotation", "half" } },
        new object[] { "--seed", new[] { "train", "--seed", "-1" } },
        new object[] { "--preset", new[] { "train", "--preset", "huge" } },
        new object[] { "--precision bf16", new[] { "train", "--precision", "bf16", "--device", "cpu" } },
        new object[] { "--precision tf32", new[] { "train", "--precision", "tf32" } },
        new object[] { "--device", new[] { "train", "--device", "tpu" } },
        new object[] { "--device", new[] { "train", "--device", "cuda:x" } },
        new object[] { "--threads", new[] { "train", "--threads", "-1" } },
        new object[] { "--out is empty", new[] { "train", "--out", "" } },
        new object[] { "--preset", new[] { "train", "--resume", "x", "--preset", "tiny" } },
        new object[] { "--checkpoint", new[] { "sample", "--out", "a.png" } },
        new object[] { "--out", new[] { "sample", "--checkpoint", "x" } },
        new object[] { ".png", new[] { "sample", "--checkpoint", "x", "--out", "a.jpg" } },
        new object[] { "--count", new[] { "sample", "--checkpoint", "x", "--out", "a.png", "--count", "0" } },
        new object[] { "--scale", new[] { "sample", "--checkpoint", "x", "--out", "a.png", "--scale", "0" } },
        new object[] { "--ema", new[] { "sample", "--checkpoint", "x", "--out", "a.png", "--ema", "maybe" } },
    ];

    [TestCaseSource(nameof(Bad))]
    public void BadArgumentsAreOneSentenceThatNamesThem(string culprit, string[] args)
    {
        var printed = Shell.Run(args);
        Assert.That(printed.Code, Is.EqualTo(ExitCode.BadArguments));
        Assert.That(printed.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(printed.Error, Does.Contain(culprit).And.Match("[.?]\n$"));
        Assert.That(printed.Out, Is.Empty, "an error stands alone");
        Assert.That(printed.Error, Does.Not.Contain("System.").And.Not.Contain("Exception"));
        Assert.That(Directory.Exists("runs"), Is.False);
    }

    [TestCase("There is no dataset \"no-such-set\"", "train", "--data", "no-such-set")]
    [TestCase("install a current NVIDIA driver", "train", "--device", "cuda:1")]
    [TestCase("There is no checkpoint no-such-run", "train", "--resume", "no-such-run")]
    [TestCase("There is no checkpoint no-such-run", "sample", "--checkpoint", "no-such-run", "--out", "a.png")]
    public void FailuresAreOneSentenceAndCodeOne(string sentence, params string[] args)
    {
        var printed = Shell.Run(args);
        Assert.That(printed.Code, Is.EqualTo(ExitCode.Failed));
        Assert.That(printed.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(printed.Error, Does.Contain(sentence).And.EndsWith(".\n"));
        Assert.That(printed.Out, Is.Empty, "an error stands alone");
    }

    [TestCase("did you mean train?", "trian")]
    [TestCase("did you mean sample?", "samples", "--checkpoint", "x")]
    [TestCase("did you mean doctor?", "Doctor")]
    [TestCase("There is no command \"fly\"; the commands are train, sample, eval, compare, report, serve, runs, clean, "
        + "verify-resume, export, doctor, data, models and presets.", "fly")]
    [TestCase("--data comes after a command: ssgan train or eval or doctor --data", "--data", "shapes")]
    [TestCase("ssgan train has no option --stpes; did you mean --steps?", "train", "--stpes", "5")]
    [TestCase("ssgan train has no option --batchsize; did you mean --batch?", "train", "--batchsize=5")]
    [TestCase("ssgan train has no option --n_dsi; did you mean --n-dis?", "train", "--n_dsi", "1")]
    [TestCase("ssgan train has no option -steps; did you mean --steps?", "train", "-steps", "5")]
    [TestCase("ssgan train has no option --keep; did you mean --keep-last?", "train", "--keep", "5")]
    [TestCase("ssgan sample has no option --chekpoint; did you mean --checkpoint?", "sample", "--chekpoint", "x",
        "--out", "a.png")]
    [TestCase("ssgan train has no option --zzz; ssgan train --help lists those it has.", "train", "--zzz")]
    [TestCase("--lr is an option of train, not of sample", "sample", "--checkpoint", "x", "--out", "a.png", "--lr", "1")]
    [TestCase("ssgan train has no use for \"photos\"", "train", "--data", "my", "photos")]
    public void AMistypedNameGetsASuggestion(string sentence, params string[] args)
    {
        var printed = Shell.Run(args);
        Assert.That(printed.Code, Is.EqualTo(ExitCode.BadArguments));
        Assert.That(printed.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(printed.Error, Does.Contain(sentence));
    }

    /// <summary>Every value of config.json has an option, which messages call it by.</summary>
    [Test]
    public void EverySettingIsCalledByAnOption()
    {
        var arguments = new TrainArguments();
        var names = arguments.All.Select(static o => o.Name).ToHashSet();
        var called = new Dictionary<string, string>();
        foreach (var gan in GanCatalog.Entries)
        {
            using var config =
                System.Text.Json.JsonDocument.Parse(new Gan.Training.TrainOptions { Gan = gan.Defaults }.ToJson());
            foreach (var value in config.RootElement.EnumerateObject().SelectMany(static s => s.Value.EnumerateObject()))
                called[value.Name] = TrainArguments.NameOf(value.Name);
        }
        Assert.That(called.Values.Distinct(), Is.SubsetOf(names));
        // One option says both whether the rate falls and from where.
        Assert.That(called.Where(static c => c.Key is not ("decayFrom" or "classes")).Select(static c => c.Value), Is.Unique);
    }

    [Test]
    public void OfARepeatedOptionTheLastValueWins()
    {
        using var scratch = new TempFolder();
        var printed = Shell.Train(scratch["run"], "--steps", "7", "--lr-schedule", "linear", "--steps", "1", "--flip",
            "--lr", "0.5", "--lr-schedule=constant", "--lr=0.25", "--flip", "--skip-bad", "true", "--skip-bad", "false",
            "--data", "nowhere", "--data", "shapes");
        Assert.That(printed.Error, Is.Empty);
        var options = Gan.Training.TrainOptions.FromJson(File.ReadAllText(scratch["run/config.json"]), "config.json");
        Assert.That((options.Optimisation.Steps, options.Optimisation.Decay, options.Optimisation.LearningRate, options.Data.Flip,
            options.Data.SkipBad, options.Data.Data),
            Is.EqualTo((1L, "constant", 0.25f, true, false, "shapes")));
    }

    [Test]
    public void ADeniedPathSaysWhatToDo()
    {
        using var scratch = new TempFolder();
        // Nobody, not even root, makes folders in /sys; everyone else is kept out of the folder.
        string closed = "/sys";
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("needs Linux' permissions");
            return;
        }
        if (Environment.UserName != "root")
        {
            closed = scratch["closed"];
            Directory.CreateDirectory(closed, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
        var run = Shell.Train($"{closed}/ssgan-test", "--steps", "1");
        Assert.That(run.Code, Is.EqualTo(ExitCode.Failed));
        Assert.That(run.Error, Does.Contain($"'{closed}/ssgan-test")
            .And.Contain("denied; give this user the right to read and write there, or name another place with --out."));
        Assert.That(run.Out, Does.Not.Contain("Preset"));
        foreach (int i in (int[])[1, 2, 3]) scratch.Write($"photos/{i}.png", DataSamples.NoiseImage(32, 32, i));
        var data = Shell.Train(scratch["other"], "--steps", "1", "--data", scratch["photos"],
            "--data-dir", $"{closed}/ssgan-data", "--batch", "2");
        Assert.That(data.Code, Is.EqualTo(ExitCode.Failed));
        Assert.That(data.Error, Does.Contain("or name another place with --data-dir."));
    }

    [Test]
    public void StackTraceComesOnlyWithVerbose()
    {
        string[] args = ["train", "--device", "cuda"];
        Assert.That(Shell.Run(args).Error, Does.Not.Contain("   at "));
        Assert.That(Shell.Run([.. args, "--verbose"]).Error, Does.Contain("   at Ssgan."));
    }

    [TestCase("--help", "train", "sample", "doctor")]
    [TestCase("train --help", "--resume", "--dry-run", "--n-dis", "--preset")]
    [TestCase("sample --help", "--checkpoint", "--seed", "--columns")]
    [TestCase("--version", "ssgan 0.")]
    public void HelpAndVersionGoToOutput(string line, params string[] parts)
    {
        var printed = Shell.Run(line.Split(' '));
        Assert.That(printed.Code, Is.EqualTo(ExitCode.Done));
        Assert.That(printed.Error, Is.Empty);
        foreach (string part in parts) Assert.That(printed.Out, Does.Contain(part));
    }
}
