using Ssgan.Emulator;
using Ssgan.Runner.Terminal;
using Ssgan.Tests.Data;
using Ssgan.Gan.Training;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Runner;

public sealed class ResumeTests
{
    [Test]
    public void ARunsOwnFolderIsNoOtherPlaceToGoOnIn()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "1");
        var printed = Shell.Run("train", "--resume", scratch["run"], "--out", scratch["run"] + "/", "--steps", "2", "--plain");
        Assert.That((printed.Code, printed.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(RunFolder.Open(scratch["run"]).CheckpointSteps(), Does.Contain(2L));
    }

    [Test]
    public void FinishedRunHasNothingLeftToDo()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "2");
        var printed = Shell.Run("train", "--resume", scratch["run"]);
        Assert.That(printed.Code, Is.EqualTo(ExitCode.Done));
        Assert.That(printed.Out, Does.Contain("Nothing is left to do"));
    }

    [Test]
    public void MoreStepsContinueBitForBit()
    {
        using var scratch = new TempFolder();
        // Without decay: the schedule of the longer run is the shorter one's.
        string[] steady = ["--lr-schedule", "constant", "--log-every", "3"];
        Shell.Train(scratch["whole"], ["--steps", "5", .. steady]);
        Shell.Train(scratch["parts"], ["--steps", "2", .. steady]);
        var printed = Shell.Run("train", "--resume", scratch["parts"], "--steps", "5", "--plain");
        Assert.That(printed.Code, Is.EqualTo(ExitCode.Done));
        foreach (string file in (string[])["checkpoints/step-00000005/tensors.safetensors", "samples/fakes-00000005.png"])
            Assert.That(File.ReadAllBytes(scratch[$"parts/{file}"]),
                Is.EqualTo(File.ReadAllBytes(scratch[$"whole/{file}"])), file);
    }

    /// <summary>A process that was killed before its first checkpoint left settings, by which all begins anew.</summary>
    [TestCase("", true), TestCase("{\"step\":3}\n", true), TestCase("{\"step\":4}\n", false)]
    public void RunWithoutACheckpointBeginsAnewUnlessItHadOne(string log, bool begins)
    {
        using var scratch = new TempFolder();
        string[] settings = ["--steps", "5", "--checkpoint-every", "4", "--log-every", "1"];
        Shell.Train(scratch["whole"], settings);
        Shell.Train(scratch["run"], settings);
        Directory.Delete(scratch["run/checkpoints"], recursive: true);
        Directory.CreateDirectory(scratch["run/checkpoints"]);
        File.WriteAllText(scratch["run/metrics.jsonl"], log);
        var printed = Shell.Run("train", "--resume", scratch["run"], "--plain");
        Assert.That(printed.Code, Is.EqualTo(begins ? ExitCode.Done : ExitCode.Failed));
        Assert.That(begins ? printed.Out : printed.Error,
            Does.Contain(begins ? "has no checkpoint yet: it begins anew." : "has no checkpoint yet."));
        if (!begins) return;
        const string last = "checkpoints/step-00000005/tensors.safetensors";
        Assert.That(File.ReadAllBytes(scratch[$"run/{last}"]), Is.EqualTo(File.ReadAllBytes(scratch[$"whole/{last}"])));
    }

    /// <summary>Killed behind its last checkpoint, a run has nothing left to train and something left to write.</summary>
    [Test]
    public void WhatFollowsTheLastCheckpointIsMadeUpFor()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "2");
        File.Delete(scratch["run/report.html"]);
        var printed = Shell.Run("train", "--resume", scratch["run"], "--plain");
        Assert.That((printed.Code, printed.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(scratch["run/report.html"], Does.Exist);
        Assert.That(Shell.Run("train", "--resume", scratch["run"]).Out, Does.Contain("Nothing is left to do"));
    }

    // Two of four steps of a line from 0.001 are done, then it ends elsewhere, stays, or begins anew.
    [TestCase("goes from 5.00e-4 to 7.50e-4 and falls to 0 at step 8; --lr-schedule restart or constant takes another course.",
        7.5e-4, 4, 8)]
    [TestCase("goes from 5.00e-4 to 1.00e-3 and stays there.", 1e-3, 4, 4, "constant")]
    [TestCase("goes from 5.00e-4 to 1.00e-3 and falls to 0 at step 6.", 1e-3, 4, 6, "restart")]
    [TestCase("goes from 0.00e0 to 5.00e-4 and falls to 0 at step 4; --lr-schedule", 5e-4, 2, 4)]
    [TestCase("goes from 0.00e0 to 1.00e-3 and falls to 0 at step 4.", 1e-3, 2, 4, "restart")]
    [TestCase("", 5e-4, 4, 4)]
    public void ChangedCourseOfTheLearningRateIsSaidAndTaken(string sentence, double first, int planned, int steps,
        string? schedule = null)
    {
        using var scratch = new TempFolder();
        string[] rate = ["--lr", "0.001", "--log-every", "1", "--checkpoint-every", "1"];
        Shell.Train(scratch["run"], ["--steps", $"{planned}", .. rate]);
        string[] more = ["--steps", $"{steps}", "--plain",
            .. schedule is null ? Array.Empty<string>() : ["--lr-schedule", schedule]];
        var printed = Shell.Run(
            ["train", "--resume", scratch["run/checkpoints/step-00000002"], "--out", scratch["more"], .. more]);
        Assert.That(printed.Error, Is.Empty);
        Assert.That(printed.Out, sentence.Length > 0
            ? Does.Contain($"The learning rate {sentence}") : Does.Not.Contain("The learning rate"));
        var rates = Gan.Training.MetricsLog.Read(scratch["more/metrics.jsonl"]).Select(static r => r["learning_rate"]).ToList();
        // A line says the rate of the step after it.
        double fall = schedule == "constant" ? 0 : first / (steps - 2);
        Assert.That(rates, Is.EqualTo(Enumerable.Range(1, steps - 2).Select(i => first - fall * i)).Within(1e-9));
    }

    [Test]
    public void RunThatBeganItsRateAnewResumesBitForBit()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "2");
        string checkpoint = scratch["run/checkpoints/step-00000002"];
        string[] restart = ["train", "--resume", checkpoint, "--steps", "6", "--lr-schedule", "restart", "--plain",
            "--checkpoint-every", "2", "--out"];
        Assert.That(Shell.Run([.. restart, scratch["whole"]]).Code, Is.EqualTo(ExitCode.Done));
        var again = Shell.Run("train", "--resume", scratch["whole/checkpoints/step-00000004"], "--plain",
            "--out", scratch["parts"]);
        Assert.That(again.Out, Does.Not.Contain("The learning rate"));
        const string last = "checkpoints/step-00000006/tensors.safetensors";
        Assert.That(File.ReadAllBytes(scratch[$"parts/{last}"]), Is.EqualTo(File.ReadAllBytes(scratch[$"whole/{last}"])));
    }

    [Test]
    public void RunAlongACosineResumesBitForBitAndMayBeginItAnew()
    {
        using var scratch = new TempFolder();
        string[] course = ["--lr", "0.001", "--lr-schedule", "cosine", "--log-every", "1", "--checkpoint-every", "2"];
        Shell.Train(scratch["whole"], ["--steps", "4", .. course]);
        string checkpoint = scratch["whole/checkpoints/step-00000002"];
        var parts = Shell.Run("train", "--resume", checkpoint, "--plain", "--out", scratch["parts"]);
        Assert.That(parts.Error, Is.Empty);
        const string last = "checkpoints/step-00000004/tensors.safetensors";
        Assert.That(File.ReadAllBytes(scratch[$"parts/{last}"]), Is.EqualTo(File.ReadAllBytes(scratch[$"whole/{last}"])));

        var anew = Shell.Run("train", "--resume", checkpoint, "--plain", "--out", scratch["anew"], "--lr-schedule", "restart");
        Assert.That(anew.Out,
            Does.Contain("The learning rate goes from 5.00e-4 to 1.00e-3 and falls along half a cosine to 0 at step 4."));
        var rates = Gan.Training.MetricsLog.Read(scratch["anew/metrics.jsonl"]).Select(static r => r["learning_rate"]).ToList();
        Assert.That(rates, Is.EqualTo(new[] { 5e-4, 0 }).Within(1e-9));
    }

    [Test]
    public void RunOnAGpuMayChangeItsGraphsAndWhereItsImagesAre()
    {
        using var temp = new TempFolder();
        Directory.CreateDirectory(temp["images"]);
        for (int i = 0; i < 6; i++) File.WriteAllBytes(temp[$"images/{i}.png"], DataSamples.NoiseImage(40, 32, i));
        using var cuda = new EmulatedCuda();
        Printed Train(params string[] args) => Shell.On(cuda, CancellationToken.None, ["train", "--device", "cuda", .. args]);
        string[] whole = ["--data", temp["images"], "--data-dir", temp["data"], .. Shell.Small, "--log-every", "1", "--out"];
        Assert.That(Train([.. whole, temp["whole"], "--steps", "4", "--lr-schedule", "constant"]).Code,
            Is.EqualTo(ExitCode.Done));

        var first = Train([.. whole, temp["run"], "--steps", "2", "--lr-schedule", "constant"]);
        Assert.That(first.Error, Is.Empty);
        Assert.That(first.Out, Does.Contain("The 6 images of ").And.Contain("are kept on cuda:0"));
        var second = Train("--resume", temp["run"], "--data-dir", temp["data"], "--plain", "--steps", "4", "--graphs", "off",
            "--data-on-device", "off");
        Assert.That(second.Error, Is.Empty);
        Assert.That(second.Out, Does.Not.Contain("are kept on"));
        const string tensors = "checkpoints/step-00000004/tensors.safetensors";
        Assert.That(File.ReadAllBytes(temp[$"run/{tensors}"]), Is.EqualTo(File.ReadAllBytes(temp[$"whole/{tensors}"])));
    }

    [TestCase("--seed was 0 and is now 5", "--seed", "5")]
    [TestCase("--ema was 0.9 and is now 0", "--ema", "0")]
    [TestCase("--rotation was quarters and is now four-angles", "--rotation", "four-angles")]
    [TestCase("--n-dis was 1 and is now 2", "--n-dis", "2")]
    [TestCase("--size was 32 and is now 48", "--size", "48")]
    [TestCase("--batch was 4 and is now 6", "--batch", "6")]
    [TestCase("past the 1 steps", "--steps", "1")]
    public void ChangedSettingIsRefusedByName(string sentence, params string[] change)
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "2");
        var printed = Shell.Run(["train", "--resume", scratch["run"], .. change]);
        Assert.That(printed.Code, Is.EqualTo(ExitCode.BadArguments));
        Assert.That(printed.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(printed.Error, Does.Contain(sentence));
        Assert.That(printed.Out, Is.Empty, "an error stands alone");
    }

    [Test]
    public void OlderCheckpointNeedsAnotherFolder()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "3", "--checkpoint-every", "1");
        string older = scratch["run/checkpoints/step-00000002"];
        var refused = Shell.Run("train", "--resume", older);
        Assert.That(refused.Code, Is.EqualTo(ExitCode.BadArguments));
        Assert.That(refused.Error, Does.Contain("--out").And.Contain("step 3"));
        var branched = Shell.Run("train", "--resume", older, "--out", scratch["branch"], "--plain");
        Assert.That(branched.Code, Is.EqualTo(ExitCode.Done));
        string last = "checkpoints/step-00000003/tensors.safetensors";
        Assert.That(File.ReadAllBytes(scratch[$"branch/{last}"]), Is.EqualTo(File.ReadAllBytes(scratch[$"run/{last}"])));
    }

    [Test]
    public void DamagedTensorsAreNamed()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "1");
        string file = scratch["run/checkpoints/step-00000001/tensors.safetensors"];
        byte[] bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        var printed = Shell.Run("train", "--resume", scratch["run"], "--steps", "2");
        Assert.That(printed.Code, Is.EqualTo(ExitCode.Failed));
        Assert.That(printed.Error, Does.Contain("tensors.safetensors is damaged"));
    }
}
