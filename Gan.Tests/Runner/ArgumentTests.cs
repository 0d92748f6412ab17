using Ssgan.Runner;

namespace Ssgan.Tests.Runner;

public sealed class ArgumentTests
{
    static readonly object[] Bad =
    [
        new object[] { "--foo", new[] { "train", "--foo" } },
        new object[] { "fly", new[] { "fly" } },
        new object[] { "train, sample or doctor", Array.Empty<string>() },
        new object[] { "--steps", new[] { "train", "--steps", "many" } },
        new object[] { "--steps", new[] { "train", "--steps" } },
        new object[] { "--steps", new[] { "train", "--steps", "3", "--steps", "4" } },
        new object[] { "steps is 0", new[] { "train", "--steps", "0" } },
        new object[] { "--batch", new[] { "train", "--batch", "99999999999" } },
        new object[] { "batch is 1", new[] { "train", "--batch", "1" } },
        new object[] { "batch is 9999999", new[] { "train", "--batch", "9999999" } },
        new object[] { "ngf is 1000000", new[] { "train", "--ngf", "1000000" } },
        new object[] { "ngf is 20", new[] { "train", "--size", "64", "--ngf", "20" } },
        new object[] { "33x33", new[] { "train", "--size", "33" } },
        new object[] { "learning rate", new[] { "train", "--lr", "NaN" } },
        new object[] { "learning rate", new[] { "train", "--lr", "-1" } },
        new object[] { "beta2 is 1", new[] { "train", "--beta2", "1" } },
        new object[] { "n-dis", new[] { "train", "--n-dis", "0" } },
        new object[] { "sample-every is -1", new[] { "train", "--sample-every", "-1" } },
        new object[] { "steps is 9223372036854775807", new[] { "train", "--steps", "9223372036854775807" } },
        new object[] { "EMA", new[] { "train", "--ema", "1" } },
        new object[] { "--lr-schedule", new[] { "train", "--lr-schedule", "cosine" } },
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
        Assert.That(printed.Error, Does.Contain(culprit).And.EndsWith(".\n"));
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
