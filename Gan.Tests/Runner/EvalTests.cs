using System.Text.Json;
using SkiaSharp;
using Ssgan.Gan.Metrics;
using Ssgan.Runner.Terminal;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Runner;

/// <summary>"eval" and "compare", with the network that comes with the program.</summary>
public sealed class EvalTests
{
    static readonly string[] s_few = ["--images", "12", "--reals", "16", "--metrics", "fid,kid,pr", "--cache", "none"];

    [Test]
    public void RunIsScoredAndItsReceiptsAreKept()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "2");
        var printed = Shell.Run(["eval", "--checkpoint", scratch["run"], .. s_few]);
        Assert.That(printed.Code, Is.EqualTo(ExitCode.Done), printed.Error);
        Assert.That(printed.Out, Does.Contain("real shapes, endless").And.Contain("FD-ResNet18").And.Contain("scores.jsonl")
            .And.Contain("take 513 or more"), "a warning of too few images is due");
        var receipts = Receipt.ReadAll(scratch["run/scores.jsonl"]);
        Assert.That(receipts.Select(static r => r.Metric),
            Is.EqualTo(new[] { "FD-ResNet18", "KID-ResNet18", "precision-ResNet18", "recall-ResNet18" }));
        Assert.That(receipts, Has.All.Matches<Receipt>(static r => r is
        {
            Protocol: "standard", Images: { Count: 12, Step: 2, Model: "ssgan", Weights: "g_ema", Hash.Length: 64 },
            Real: { Name: "shapes", Count: 16 },
        }));
    }

    [Test]
    public void EachCheckpointOfARunCanBeScored()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "4", "--checkpoint-every", "2");
        Shell.Run(["eval", "--checkpoint", scratch["run"], "--step", "all", .. s_few, "--out", scratch["all.jsonl"]]);
        Assert.That(Receipt.ReadAll(scratch["all.jsonl"]).Select(static r => r.Images.Step).Distinct(),
            Is.EqualTo(new[] { 2L, 4 }));
        var printed = Shell.Run(["eval", "--checkpoint", scratch["run"], "--step", "3", .. s_few]);
        Assert.That((printed.Code, printed.ErrorLines[0]), Is.EqualTo((ExitCode.BadArguments,
            $"--step is 3; it takes all, or a step of which {scratch["run"]} has a checkpoint: 2, 4.")));
    }

    [Test]
    public void FoldersAreComparedAndAFolderIsNearestToItself()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "1");
        foreach (string seeds in new[] { "0-15", "16-31" })
            Shell.Run("sample", "--checkpoint", scratch["run"], "--out", scratch[seeds] + "/", "--seeds", seeds);
        var same = Shell.Run("eval", "--images", scratch["0-15"], "--images", scratch["0-15"], "--metrics", "kid,pr,mind",
            "--cache", "none", "--out", scratch["a.jsonl"], "--data-dir", scratch["data"], "--neighbours", scratch["sheet.png"]);
        Assert.That(same.Code, Is.EqualTo(ExitCode.Done), same.Error);
        var receipts = Receipt.ReadAll(scratch["a.jsonl"]).ToDictionary(static r => r.Metric, static r => r.Value);
        Assert.That(receipts["MIND-ResNet18"], Is.Zero);
        Assert.That(receipts["precision-ResNet18"], Is.EqualTo(1));
        using var sheet = SKBitmap.Decode(scratch["sheet.png"]);
        // 16 rows of an image and 5 neighbours, each pixel twice as large, with gaps of 2.
        Assert.That((sheet.Width, sheet.Height), Is.EqualTo((6 * 66 + 2, 16 * 66 + 2)));
    }

    [Test]
    public void StatisticsAreWrittenAndReadBack()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "1");
        string[] fid = ["--checkpoint", scratch["run"], "--images", "12", "--metrics", "fid", "--cache", "none"];
        Shell.Run(["eval", .. fid, "--reals", "16", "--save-statistics", scratch["mu.npz"], "--out", scratch["a.jsonl"]]);
        var printed = Shell.Run(["eval", .. fid, "--statistics", scratch["mu.npz"], "--out", scratch["b.jsonl"]]);
        Assert.That(printed.Code, Is.EqualTo(ExitCode.Done), printed.Error);
        Assert.That(Receipt.ReadAll(scratch["b.jsonl"])[0].Value, Is.EqualTo(Receipt.ReadAll(scratch["a.jsonl"])[0].Value));
    }

    [Test]
    public void TrainingEvaluatesOnItsWay()
    {
        using var scratch = new TempFolder();
        var printed = Shell.Train(scratch["run"], "--steps", "4", "--eval-every", "2", "--eval-images", "8",
            "--eval-metrics", "kid", "--keep-best", "kid");
        Assert.That(printed.Code, Is.EqualTo(ExitCode.Done), printed.Error);
        Assert.That(printed.Out, Does.Contain("scores step=2 KID-ResNet18=").And.Contain("scores step=4 KID-ResNet18=")
            .And.Contain("wrote best checkpoint by kid"));
        using var config = JsonDocument.Parse(File.ReadAllText(scratch["run/config.json"]));
        Assert.That(config.RootElement.GetProperty("evaluation").GetProperty("keepBest").GetString(), Is.EqualTo("kid"));
        Assert.That(Shell.Run("sample", "--checkpoint", scratch["run/best"], "--out", scratch["a.png"]).Code,
            Is.EqualTo(ExitCode.Done));
        using var plot = SKBitmap.Decode(scratch["run/loss.png"]);
        Assert.That(plot.Height, Is.EqualTo(1200), "the scores have a plot of their own");
    }

    [Test]
    public void AlikeScoresStandSideBySideAndOthersAreRefused()
    {
        using var scratch = new TempFolder();
        foreach (string run in new[] { "a", "b", "c" })
            Shell.Train(scratch[run], "--steps", "1", "--seed", $"{run[0] - 'a' + 1}");
        Score("a", "16");
        Score("b", "16");
        Score("c", "17");
        var alike = Shell.Run("compare", scratch["a"], scratch["b"]);
        Assert.That(alike.Code, Is.EqualTo(ExitCode.Done), alike.Error);
        Assert.That(alike.Out, Does.Contain("FD-ResNet18").And.Contain("(step 1)"));
        var unlike = Shell.Run("compare", scratch["a"], scratch["c"]);
        Assert.That(unlike.Code, Is.EqualTo(ExitCode.Failed));
        Assert.That(unlike.Out, Does.Contain(
            $"FD-ResNet18 of {scratch["a"]} and {scratch["c"]} cannot stand side by side: number of real images 16 and 17."));

        void Score(string run, string reals) => Shell.Run("eval", "--checkpoint", scratch[run], "--images", "12",
            "--reals", reals, "--metrics", "fid", "--cache", "none");
    }

    [Test]
    public void CurvesOfRunsAreDrawnTogether()
    {
        using var scratch = new TempFolder();
        foreach (string run in new[] { "a", "b" })
        {
            Shell.Train(scratch[run], "--steps", "4", "--eval-every", "2", "--eval-images", "8", "--eval-metrics", "kid,mind");
        }
        var printed = Shell.Run("compare", scratch["a"], scratch["b"], "--plot", scratch["curves.png"]);
        Assert.That(printed.Out, Does.Contain("curves.png: KID-ResNet18, MIND-ResNet18 by step."));
        using var plot = SKBitmap.Decode(scratch["curves.png"]);
        Assert.That((plot.Width, plot.Height), Is.EqualTo((1000, 800)));
    }

    [TestCase("eval needs --checkpoint", "eval")]
    [TestCase("--images names 1 folder;", "eval", "--images", "x")]
    [TestCase("--metrics takes fid, kid, is, pr, dc, mind, fid-inf, not \"fit\"; did you mean fid?", "eval", "--checkpoint", "x",
        "--metrics", "fit")]
    [TestCase("--seeds is 0", "eval", "--checkpoint", "x", "--seeds", "0")]
    [TestCase("--images is 0", "eval", "--checkpoint", "x", "--images", "0")]
    [TestCase("--protocol takes one of", "eval", "--checkpoint", "x", "--protocol", "mimic")]
    [TestCase("--data and --step go with --checkpoint", "eval", "--images", "x", "--images", "y", "--data", "z")]
    [TestCase("--statistics stands for real images", "eval", "--checkpoint", "x", "--statistics", "y", "--data", "z")]
    [TestCase("--neighbours is x;", "eval", "--checkpoint", "x", "--neighbours", "x")]
    [TestCase("compare takes at least two", "compare", "x")]
    [TestCase("--eval-metrics takes metrics with commas", "train", "--eval-metrics", "x")]
    public void WhatCannotBeMeantIsOneSentence(string sentence, params string[] args)
    {
        var printed = Shell.Run(args);
        Assert.That(printed.Code, Is.EqualTo(ExitCode.BadArguments));
        Assert.That(printed.ErrorLines, Has.Length.EqualTo(1).And.Some.Contains(sentence));
    }
}
