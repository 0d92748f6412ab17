using Ssgan.Engine;
using Ssgan.Gan.Metrics;
using Ssgan.Gan.Training;
using Ssgan.Tests.Metrics;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Training;

public sealed class EvaluationHookTests
{
    static readonly TrainOptions s_options = TrainingRun.Tiny with
    {
        Evaluation = new() { EvalEvery = 2, EvalImages = 60, EvalMetrics = "fid,mind", KeepBest = "fid" },
    };

    [Test]
    public void MeasuredRunTrainsAsOneThatIsNot()
    {
        using var scratch = new TempFolder();
        using var device = Device.Cpu(1);
        using var network = new ColourNetwork();
        using TrainingRun plain = new(scratch["plain"], TrainingRun.Tiny), measured = new(scratch["measured"], s_options,
            Hook(device, network, s_options));
        plain.Trainer.Run();
        measured.Trainer.Run();
        Assert.That(measured.Tensors(6), Is.EqualTo(plain.Tensors(6)));
        Assert.That(measured.Scored, Is.EqualTo(new[] { 2, 4, 6 }));
        var receipts = Receipt.ReadAll(measured.Folder.Scores);
        Assert.That(receipts.Select(static r => (r.Metric, r.Images.Step, r.Images.Weights)),
            Is.EqualTo(new[] { 2L, 4, 6 }.SelectMany(
                static step => new[] { ("FD-colours", (long?)step, "g_ema"), ("MIND-colours", step, "g_ema") })));
    }

    /// <summary>A process that is killed between a checkpoint and its scores has yet to take them.</summary>
    [Test]
    public void ScoresThatAreMissingAreTakenWhenTheRunGoesOn()
    {
        using var scratch = new TempFolder();
        using var device = Device.Cpu(1);
        using var network = new ColourNetwork();
        IReadOnlyList<Receipt> all;
        using (var whole = new TrainingRun(scratch["run"], s_options, Hook(device, network, s_options)))
        {
            whole.Trainer.Run();
            all = Receipt.ReadAll(whole.Folder.Scores);
            File.WriteAllText(whole.Folder.Scores, string.Concat(all.Take(2).Select(static r => r.ToJson() + "\n")));
            foreach (long step in whole.Folder.CheckpointSteps().Where(static s => s > 4))
                Directory.Delete(whole.Folder.Checkpoint(step), recursive: true);
        }
        using var resumed = new TrainingRun(scratch["run"], s_options, Hook(device, network, s_options));
        resumed.Trainer.Resume(resumed.Folder.Checkpoint(4));
        Assert.That(resumed.Trainer.Owes, Is.True);
        resumed.Trainer.Run();
        Assert.That(resumed.Scored, Is.EqualTo(new[] { 4, 6 }));
        Assert.That(resumed.Trainer.Owes, Is.False);
        Assert.That(Receipt.ReadAll(resumed.Folder.Scores).Select(static r => (r.Metric, r.Images.Step, r.Value)),
            Is.EqualTo(all.Select(static r => (r.Metric, r.Images.Step, r.Value))));
    }

    [Test]
    public void ScoreIsThatOfTheCheckpoint()
    {
        using var scratch = new TempFolder();
        using var device = Device.Cpu(1);
        using var network = new ColourNetwork();
        using var run = new TrainingRun(scratch["run"], s_options, Hook(device, network, s_options));
        run.Trainer.Run();
        using var generator = TrainedGenerator.Open(device, run.Folder.Path);
        using var source = new Ssgan.Gan.Data.Sources.ShapesSource(32, 0);
        var receipt = new Evaluator(device, network, new() { Metrics = ["fid"], Images = 60 }).Run(source, generator.Images)[0];
        var logged = Receipt.ReadAll(run.Folder.Scores).Last(static r => r.Metric == "FD-colours");
        Assert.That(receipt.Value, Is.EqualTo(logged.Value));
        Assert.That(ReceiptComparison.Differences(receipt, logged), Is.Empty);
    }

    [Test]
    public void BestCheckpointIsKept()
    {
        using var scratch = new TempFolder();
        using var device = Device.Cpu(1);
        using var network = new ColourNetwork();
        using var run = new TrainingRun(scratch["run"], s_options, Hook(device, network, s_options));
        run.Trainer.Run();
        var best = Receipt.ReadAll(run.Folder.Scores).Where(static r => r.Metric == "FD-colours").MinBy(static r => r.Value)!;
        Assert.That(Checkpoint.ReadState(run.Folder.Best).Step, Is.EqualTo(best.Images.Step));
    }

    [Test]
    public void ResumedRunHasTheScoresOfTheUnbrokenOne()
    {
        using var scratch = new TempFolder();
        using var device = Device.Cpu(1);
        using var network = new ColourNetwork();
        using (var whole = new TrainingRun(scratch["whole"], s_options, Hook(device, network, s_options))) whole.Trainer.Run();
        using (var first = new TrainingRun(scratch["run"], s_options, Hook(device, network, s_options))) first.Trainer.Run();
        // As after a crash: the log is ahead of the checkpoint that the run goes on from.
        using (var second = new TrainingRun(scratch["run"], s_options, Hook(device, network, s_options)))
        {
            second.Trainer.Resume(second.Folder.Checkpoint(4));
            second.Trainer.Run();
        }
        Assert.That(Scores("run"), Is.EqualTo(Scores("whole")));
        Assert.That(Checkpoint.ReadState(scratch["run/best"]).Step, Is.EqualTo(Checkpoint.ReadState(scratch["whole/best"]).Step));

        IEnumerable<(string, long?, double)> Scores(string run) => Receipt.ReadAll(scratch[$"{run}/scores.jsonl"])
            .Select(static r => (r.Metric, r.Images.Step, r.Value));
    }

    [Test]
    public void EvaluationThatIsStoppedIsSaid()
    {
        using var scratch = new TempFolder();
        using var device = Device.Cpu(1);
        using var network = new ColourNetwork();
        using var run = new TrainingRun(scratch["run"], s_options,
            new EvaluationHook(device, network, s_options.Evaluation, stop: new CancellationToken(true)));
        run.Trainer.Run();
        Assert.That(run.Notices, Has.Some.EqualTo("Step 2 is not scored: its evaluation was stopped."));
        Assert.That(File.Exists(run.Folder.Scores), Is.False);
    }

    [Test]
    public void SettingsOutOfRangeAreNamed()
    {
        (EvaluationSettings Evaluation, string Why)[] cases =
        [
            (new() { EvalEvery = -1 }, "evalEvery is -1"), (new() { EvalImages = 1 }, "evalImages is 1"),
            (new() { EvalMetrics = "fid,fad" }, "evalMetrics is \"fid,fad\""),
            (new() { EvalProtocol = "x" }, "evalProtocol is x"),
            (new() { EvalEvery = 1, KeepBest = "pr" }, "keepBest is pr"), (new() { KeepBest = "fid" }, "nothing is evaluated"),
        ];
        foreach (var (evaluation, why) in cases)
        {
            Assert.That(() => (TrainingRun.Tiny with { Evaluation = evaluation }).Validate(),
                Throws.InstanceOf<Exception>().With.Message.Contains(why));
        }
    }

    static EvaluationHook Hook(Device device, ColourNetwork network, TrainOptions options) =>
        new(device, network, options.Evaluation);
}
