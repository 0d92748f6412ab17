using Ssgan.Gan.Training;
using Ssgan.Tests.Runner;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Distributed;

/// <summary>The program under a real mpirun: what ranks train together, and how they end.</summary>
[TestFixture(MpiRun.Kind.OpenMpi)]
[TestFixture(MpiRun.Kind.Mpich)]
sealed class MpiTrainingTests(MpiRun.Kind kind)
{
    static readonly string[] s_small =
    [
        "--ngf", "8", "--ndf", "8", "--batch", "8", "--n-dis", "1", "--lr", "2e-4", "--grid", "4", "--ema", "0.9", "--plain",
        "--log-every", "1", "--sample-every", "1000",
    ];

    [TestCase(2)]
    [TestCase(4)]
    public void Losses_of_20_steps_are_one_ranks(int ranks)
    {
        using var folder = new TempFolder();
        string[] options = [.. s_small, "--sync-bn", "on", "--steps", "20"];
        using (var run = MpiRun.Program(kind, ranks, ["train", .. options, "--out", folder["many"]]))
            Assert.That(run.End(), Is.Zero, run.Printed);
        Assert.That(Shell.Run(["train", .. options, "--threads", "1", "--out", folder["one"]]).Code, Is.Zero);
        var (many, one) = (Losses(folder["many"]), Losses(folder["one"]));
        Assert.That(one, Has.Length.EqualTo(4 * 20));
        Assert.That(many, Has.Length.EqualTo(one.Length));
        for (int i = 0; i < one.Length; i++)
            Assert.That(many[i], Is.EqualTo(one[i]).Within(1e-4 * Math.Max(1, Math.Abs(one[i]))), $"loss {i}");
    }

    [Test]
    public void A_run_goes_on_bit_for_bit_with_as_many_ranks_and_goes_on_with_fewer()
    {
        using var folder = new TempFolder();
        string[] options = [.. s_small, "--checkpoint-every", "3"];
        foreach (string name in (string[])["whole", "parts"])
        {
            using var run = MpiRun.Program(kind, 4, ["train", .. options, "--steps", name == "whole" ? "6" : "3",
                "--lr-schedule", "constant", "--out", folder[name]]);
            Assert.That(run.End(), Is.Zero, run.Printed);
        }
        using (var run = MpiRun.Program(kind, 4, "train", "--resume", folder["parts"], "--steps", "6", "--plain"))
            Assert.That(run.End(), Is.Zero, run.Printed);
        string tensors = Path.Combine("checkpoints", "step-00000006", Checkpoint.TensorsFile);
        Assert.That(File.ReadAllBytes(Path.Combine(folder["parts"], tensors)),
            Is.EqualTo(File.ReadAllBytes(Path.Combine(folder["whole"], tensors))));
        using (var run = MpiRun.Program(kind, 2, "train", "--resume", folder["whole"], "--steps", "8", "--plain"))
            Assert.That(run.End(), Is.Zero, run.Printed);
        Assert.That(RunFolder.Open(folder["whole"]).CheckpointSteps()[^1], Is.EqualTo(8));
    }

    [Test]
    public void A_rank_that_is_killed_ends_all_and_the_last_checkpoint_goes_on()
    {
        using var folder = new TempFolder();
        using (var run = Endless(folder["run"], 3))
        {
            run.Await("step=000005");
            run.Signal("KILL", 1);
            Assert.That(run.End(), Is.Not.Zero, run.Printed);
        }
        long last = RunFolder.Open(folder["run"]).CheckpointSteps()[^1];
        Assert.That(Shell.Run("train", "--resume", folder["run"], "--steps", $"{last + 1}", "--lr-schedule", "restart", "--plain",
            "--threads", "1").Code, Is.Zero);
    }

    [Test]
    public void A_rank_that_is_stopped_is_named()
    {
        using var folder = new TempFolder();
        using var run = Endless(folder["run"], 2, "--rank-timeout", "1");
        run.Await("step=000005");
        run.Signal("STOP", 1);
        Assert.That(run.End(), Is.Not.Zero, run.Printed);
        Assert.That(run.Printed,
            Does.Match(@"Rank 0: Rank 1 \(on .+\) did not come to \w+ [\d,]+ within [\d.]+ s; rank 0 is there\."));
    }

    [TestCase("TERM")]
    [TestCase("USR1")]
    public void Ranks_that_are_told_to_stop_save_and_leave_together(string signal)
    {
        using var folder = new TempFolder();
        using var run = Endless(folder["run"], 2, "--checkpoint-every", "100000");
        run.Await("step=000005");
        run.Signal(signal);
        run.End();
        Assert.That(run.Printed, Does.Contain("the state is saved in").And.Not.Contain("Rank 0:"));
        Assert.That(RunFolder.Open(folder["run"]).CheckpointSteps(), Has.Count.EqualTo(1));
    }

    [Test]
    public void A_first_rank_that_cannot_write_ends_all_and_says_so()
    {
        using var folder = new TempFolder();
        using var run = Endless(folder["run"], 2);
        run.Await("step=000002");
        string checkpoints = Path.Combine(folder["run"], "checkpoints");
        Directory.Move(checkpoints, folder["moved"]);
        File.WriteAllText(checkpoints, "no folder");
        Assert.That(run.End(), Is.Not.Zero, run.Printed);
        Assert.That(run.Printed, Does.Contain("Rank 0: ").And.Contain("checkpoints"));
    }

    [Test]
    public void A_full_disk_of_the_first_rank_ends_all_and_the_last_checkpoint_stays()
    {
        using var folder = new TempFolder();
        string disk = folder["disk"];
        Directory.CreateDirectory(disk);
        // Room for two checkpoints of about 0.4 MB, and not for a third beside them.
        using (var mount = System.Diagnostics.Process.Start("mount", ["-t", "tmpfs", "-o", "size=1200k", "tmpfs", disk]))
        {
            mount.WaitForExit();
            if (mount.ExitCode != 0) Assert.Ignore("This machine lets nobody mount a small disk.");
        }
        try
        {
            string run = Path.Combine(disk, "run");
            using (var ranks = Endless(run, 2, "--keep-last", "10"))
            {
                Assert.That(ranks.End(), Is.Not.Zero, ranks.Printed);
                Assert.That(ranks.Printed, Does.Match("Rank 0: .*(No space left|space)"));
            }
            long last = RunFolder.Open(run).CheckpointSteps()[^1];
            Assert.That(Checkpoint.ReadState(RunFolder.Open(run).Checkpoint(last)).Step, Is.EqualTo(last));
        }
        finally
        {
            using var unmount = System.Diagnostics.Process.Start("umount", [disk]);
            unmount.WaitForExit();
        }
    }

    [Test]
    public void What_all_find_out_alike_is_said_once()
    {
        using var folder = new TempFolder();
        using var run = MpiRun.Program(kind, 2, ["train", .. s_small, "--batch", "5", "--out", folder["run"]]);
        Assert.That(run.End(), Is.Not.Zero);
        Assert.That(run.Printed.Split("does not go round 2 ranks"), Has.Length.EqualTo(2), run.Printed);
    }

    [Test]
    public void Ranks_with_other_settings_or_images_are_found_out()
    {
        using var folder = new TempFolder();
        string[] options = ["train", .. s_small, "--out", folder["run"]];
        using var run = MpiRun.Program(kind, options, [.. options, "--beta1", "0.25"]);
        Assert.That(run.End(), Is.Not.Zero);
        Assert.That(run.Printed, Does.Contain("Rank 1 has other settings than rank 0"));
    }

    [Test]
    public void Scores_are_one_ranks()
    {
        using var folder = new TempFolder();
        Assert.That(Shell.Train(folder["run"], "--steps", "1").Code, Is.Zero);
        string[] options = ["eval", "--checkpoint", folder["run"], "--network", "resnet18", "--images", "60", "--reals", "60",
            "--metrics", "fid,pr", "--cache", "none"];
        using (var run = MpiRun.Program(kind, 2, [.. options, "--out", folder["many"]]))
            Assert.That(run.End(), Is.Zero, run.Printed);
        Assert.That(Shell.Run([.. options, "--threads", "1", "--out", folder["one"]]).Code, Is.Zero);
        var (many, one) = (Gan.Metrics.Receipt.ReadAll(folder["many"]), Gan.Metrics.Receipt.ReadAll(folder["one"]));
        Assert.That(one, Has.Count.EqualTo(3));
        Assert.That(many.Select(static r => (r.Metric, r.Value)), Is.EqualTo(one.Select(static r => (r.Metric, r.Value))));
    }

    MpiRun Endless(string folder, int ranks, params string[] more) => MpiRun.Program(kind, ranks, ["train", .. s_small,
        "--batch", $"{2 * ranks}", "--steps", "100000", "--checkpoint-every", "2", "--out", folder, .. more]);

    static double[] Losses(string run) =>
    [
        .. MetricsLog.Read(Path.Combine(run, "metrics.jsonl")).SelectMany(static line => line)
            .Where(static value => value.Key.StartsWith("loss", StringComparison.Ordinal)).Select(static value => value.Value),
    ];
}
