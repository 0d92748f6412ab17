using Ssgan.Engine.Serialization;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Training;

/// <summary>Damaged checkpoints: a sentence every time, and the networks keep what they had.</summary>
public sealed class CheckpointFuzzTests
{
    [Test]
    public void Mutated_files_are_refused_or_read_and_never_crash()
    {
        using var temp = new TempFolder();
        using var run = new TrainingRun(temp["run"], TrainingRun.Tiny.With(steps: 2));
        run.Trainer.Run();
        string folder = run.Folder.Checkpoint(2), copy = temp["copy"];
        Directory.CreateDirectory(copy);
        byte[] state = File.ReadAllBytes(Path.Combine(folder, Checkpoint.StateFile)),
            tensors = File.ReadAllBytes(Path.Combine(folder, Checkpoint.TensorsFile));
        var random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 1500; i++)
        {
            bool inState = i % 3 != 0;
            File.WriteAllBytes(Path.Combine(copy, Checkpoint.StateFile), inState ? Mutate(state, random) : state);
            File.WriteAllBytes(Path.Combine(copy, Checkpoint.TensorsFile), inState ? tensors : Mutate(tensors, random));
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                run.Trainer.Resume(copy);
            }
            catch (Exception e) when (e is TrainingException or SafetensorsException)
            {
                refused++;
                Assert.That(e.Message, Is.Not.Empty.And.Not.Contains("\n"), "one sentence");
            }
            // A few copies of both files, whatever a length field claims.
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before,
                Is.LessThan(20L * (state.Length + tensors.Length) + (4 << 20)));
        }
        Assert.That(refused, Is.GreaterThan(1000));
    }

    [Test]
    public void A_refused_checkpoint_leaves_nothing_and_spoils_nothing()
    {
        using var temp = new TempFolder();
        using var run = new TrainingRun(temp["run"], TrainingRun.Tiny.With(steps: 2));
        run.Trainer.Run();
        string folder = run.Folder.Checkpoint(2), parent = Path.GetDirectoryName(folder)!;
        var state = Checkpoint.ReadState(folder);
        var (_, weight) = run.Step.Generator.NamedParameters().Last();
        weight.CopyFrom<float>(Enumerable.Repeat(float.NaN, (int)weight.Count).ToArray());
        Assert.That(() => Checkpoint.Write(folder, run.Step, state),
            Throws.TypeOf<TrainingException>().With.Message.Contains("no checkpoint is written"));
        Assert.That(Directory.GetFileSystemEntries(parent), Is.EqualTo(new[] { folder }));
        Assert.That(Checkpoint.ReadState(folder).ToJson(), Is.EqualTo(state.ToJson()));
    }

    [TestCase("g.b5.running_mean", float.NaN, "holds NaN at [1]")]
    [TestCase("g_ema.block2.c1.weight", float.PositiveInfinity, "holds infinity at [0, 0, 0, 1]")]
    [TestCase("g.b5.running_var", -1f, "holds -1 at [1], and no value of it may be negative")]
    [TestCase("adam_d.block1.c1.weight.v", -1f, "holds -1 at [0, 0, 0, 1], and no value of it may be negative")]
    public void A_value_that_no_run_can_go_on_from_is_refused_and_nothing_changes(string name, float value, string message)
    {
        using var temp = new TempFolder();
        using var run = new TrainingRun(temp["run"], TrainingRun.Tiny.With(steps: 2));
        run.Trainer.Run();
        string folder = run.Folder.Checkpoint(2), tensors = Path.Combine(folder, Checkpoint.TensorsFile);
        byte[] bytes = File.ReadAllBytes(tensors);
        using (var file = SafetensorsFile.Open(tensors))
        {
            byte[] data = file[name].ReadBytes();
            int at = bytes.AsSpan().IndexOf(data);
            BitConverter.TryWriteBytes(bytes.AsSpan(at + sizeof(float)), value);
        }
        File.WriteAllBytes(tensors, bytes);
        float[] before = run.Step.Generator.Parameters[0].ToArray();
        run.Step.Generator.Parameters[0].CopyFrom<float>([.. before.Select(static x => x + 1)]);
        Assert.That(() => Checkpoint.ReadTensors(folder, run.Step),
            Throws.TypeOf<SafetensorsException>().With.Message.EqualTo($"{tensors}: entry '{name}' {message}"
                + (message.Contains("negative", StringComparison.Ordinal) ? "." : "; every value must be finite.")));
        Assert.That(run.Step.Generator.Parameters[0].ToArray(), Is.EqualTo(before.Select(static x => x + 1)));
    }

    [Test]
    public void A_sum_that_is_not_finite_is_refused()
    {
        using var temp = new TempFolder();
        using var run = new TrainingRun(temp["run"], TrainingRun.Tiny.With(steps: 2, logEvery: 100, checkpointEvery: 1));
        run.Trainer.Run();
        string folder = run.Folder.Checkpoint(1), state = Path.Combine(folder, Checkpoint.StateFile);
        File.WriteAllText(state, System.Text.RegularExpressions.Regex.Replace(File.ReadAllText(state),
            "\"sum\": [^,]*,", "\"sum\": \"NaN\","));
        Assert.That(() => Checkpoint.ReadState(folder),
            Throws.TypeOf<TrainingException>().With.Message.Contains("that is not finite"));
    }

    [Test]
    public void A_checkpoint_that_was_being_replaced_comes_back()
    {
        using var temp = new TempFolder();
        using (var run = new TrainingRun(temp["run"], TrainingRun.Tiny.With(steps: 2))) run.Trainer.Run();
        string folder = RunFolder.FindCheckpoint(temp["run"]), parent = Path.GetDirectoryName(folder)!;
        Directory.Move(folder, folder + ".replaced.partial");
        Directory.CreateDirectory(folder + ".partial");
        Checkpoint.RemovePartial(parent);
        Assert.That(Directory.GetDirectories(parent), Is.EqualTo(new[] { folder }));
        Assert.That(() => Checkpoint.ReadState(folder), Throws.Nothing);
    }

    [Test]
    public void The_best_checkpoint_that_was_being_replaced_comes_back()
    {
        using var temp = new TempFolder();
        using var run = new TrainingRun(temp["run"], TrainingRun.Tiny.With(steps: 2));
        run.Trainer.Run();
        Directory.Move(run.Folder.Checkpoint(2), run.Folder.Best + ".replaced.partial");
        // What is not the run's stays.
        Directory.CreateDirectory(temp["run/mine.partial"]);
        run.Folder.Claim().Dispose();
        Assert.That(() => Checkpoint.ReadState(run.Folder.Best), Throws.Nothing);
        Assert.That(temp["run/mine.partial"], Does.Exist);
    }

    [Test]
    public void A_missing_or_damaged_file_is_named()
    {
        using var temp = new TempFolder();
        using var run = new TrainingRun(temp["run"], TrainingRun.Tiny.With(steps: 2));
        run.Trainer.Run();
        string folder = run.Folder.Checkpoint(2), tensors = Path.Combine(folder, Checkpoint.TensorsFile);
        byte[] bytes = File.ReadAllBytes(tensors);
        bytes[^1] ^= 1;
        File.WriteAllBytes(tensors, bytes);
        Assert.That(() => Checkpoint.ReadState(folder),
            Throws.TypeOf<TrainingException>().With.Message.Contains("tensors.safetensors is damaged"));
        File.Delete(tensors);
        Assert.That(() => Checkpoint.ReadState(folder),
            Throws.TypeOf<TrainingException>().With.Message.Contains("no tensors.safetensors"));
        Assert.That(() => RunFolder.FindCheckpoint(temp["nowhere"]),
            Throws.TypeOf<TrainingException>().With.Message.Contains("There is no checkpoint"));
    }

    [Test]
    public void Other_networks_are_refused_with_every_misfit_and_nothing_changes()
    {
        using var temp = new TempFolder();
        using var run = new TrainingRun(temp["run"], TrainingRun.Tiny.With(steps: 2));
        run.Trainer.Run();
        using var wider = new TrainingRun(temp["other"], TrainingRun.Tiny.With(ndf: 8, emaDecay: 0));
        var before = Checkpoint.NamedTensors(wider.Step).First().Tensor.ToArray();
        var error = Assert.Throws<TrainingException>(() => Checkpoint.ReadTensors(run.Folder.Checkpoint(2), wider.Step));
        Assert.That(error!.Message, Does.Contain("d.block1.c1.weight").And.Contain("g_ema.l1.weight is unknown")
            .And.Match(@"does not fit: .*; \d+ more are different; .*; \d+ more are unknown\.$").And.Length.LessThan(1000));
        var all = ((StateDictException)error.InnerException!).Problems;
        Assert.That(all, Has.Some.StartsWith("d.block1.c1.weight: "));
        Assert.That(all, Has.Some.StartsWith("d.l_y.weight: "));
        Assert.That(all, Is.SupersetOf(new[] { "g_ema.l1.weight is unknown", "g_ema.c5.bias is unknown" }));
        Assert.That(Checkpoint.NamedTensors(wider.Step).First().Tensor.ToArray(), Is.EqualTo(before));
    }

    static byte[] Mutate(byte[] original, Random random)
    {
        byte[] bytes = [.. original];
        switch (random.Next(4))
        {
            case 0:
                for (int k = random.Next(1, 4); k > 0; k--)
                    bytes[random.Next(Math.Min(bytes.Length, 4096))] = (byte)random.Next(256);
                return bytes;
            case 1:
                return bytes[..random.Next(bytes.Length)];
            case 2:
                return [.. bytes, .. new byte[random.Next(1, 64)]];
            default:
                int at = random.Next(bytes.Length), length = Math.Min(random.Next(1, 32), bytes.Length - at);
                return [.. bytes[..at], .. bytes[(at + length)..]];
        }
    }
}
