using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Training;

public sealed class TrainerTests
{
    [Test]
    public void A_run_leaves_all_its_files_and_keeps_the_last_checkpoints()
    {
        using var temp = new TempFolder();
        using var run = new TrainingRun(temp["run"], TrainingRun.Tiny);
        Assert.That(run.Trainer.Run(), Is.EqualTo(TrainingOutcome.Done));
        string[] files = [.. Directory.EnumerateFiles(run.Folder.Path, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(run.Folder.Path, f).Replace('\\', '/')).Order()];
        Assert.That(files, Is.EqualTo(new[]
        {
            "checkpoints/step-00000004/state.json", "checkpoints/step-00000004/tensors.safetensors",
            "checkpoints/step-00000006/state.json", "checkpoints/step-00000006/tensors.safetensors",
            "config.json", "metrics.jsonl", "samples/fakes-00000000.png", "samples/fakes-00000003.png",
            "samples/fakes-00000006.png", "samples/reals.png",
        }));
        var reports = MetricsLog.Read(run.Folder.Metrics).ToList();
        Assert.That(reports.Select(static r => r["step"]), Is.EqualTo(new[] { 4.0, 6.0 }));
        Assert.That(reports[0].Keys, Is.SupersetOf(new[]
        {
            "loss_d", "loss_d_rotation", "loss_g", "loss_g_rotation", "d_real", "d_fake", "rotation_accuracy_real",
            "rotation_accuracy_fake", "grad_norm_d", "grad_norm_g", "images_per_second", "live_bytes", "peak_bytes",
            "learning_rate",
        }));
        Assert.That(TrainOptions.FromJson(File.ReadAllText(run.Folder.Config), "config.json"), Is.EqualTo(TrainingRun.Tiny));
    }

    [Test]
    public void Real_images_come_from_all_over_the_data_and_depend_on_the_seed_alone()
    {
        long[] chosen = GridHook.Choose(7, 50_000, 64);
        Assert.That(chosen, Is.Unique.And.All.InRange(0, 49_999));
        // Sorted by class, ten of 5,000 each: that 64 fair draws miss one of them has a chance of about 1 in 85.
        Assert.That(chosen.Select(static i => i / 5000).Distinct().Count(), Is.EqualTo(10));
        Assert.That(GridHook.Choose(7, 50_000, 64), Is.EqualTo(chosen));
        Assert.That(GridHook.Choose(8, 50_000, 64), Is.Not.EqualTo(chosen));
        Assert.That(GridHook.Choose(7, 64, 64), Is.EquivalentTo(Enumerable.Range(0, 64)));
        Assert.That(GridHook.Choose(7, null, 3), Is.EqualTo(new[] { 0, 1, 2 }));
    }

    [Test]
    public void The_sheet_of_real_images_shows_the_chosen_ones()
    {
        using var temp = new TempFolder();
        var source = new ArraySource(32, 1000);
        using (var run = new TrainingRun(temp["run"], TrainingRun.Tiny.With(steps: 1), Engine.Device.Cpu(1), source))
            run.Trainer.Run();
        int bytes = 32 * 32 * 3;
        var pixels = new byte[4 * bytes];
        long[] chosen = GridHook.Choose(TrainingRun.Tiny.Optimisation.Seed, 1000, 4);
        for (int i = 0; i < 4; i++) source.Read(chosen[i], pixels.AsSpan(i * bytes, bytes));
        Gan.Data.Imaging.ImageGrid.Save(temp["expected.png"], pixels, 4, 32);
        Assert.That(File.ReadAllBytes(temp["run/samples/reals.png"]), Is.EqualTo(File.ReadAllBytes(temp["expected.png"])));
    }

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(5)]
    public void Stopping_and_resuming_changes_no_byte(long stopAfter)
    {
        using var temp = new TempFolder();
        byte[] unbroken, sample;
        List<IReadOnlyDictionary<string, double>> reports;
        using (var run = new TrainingRun(temp["unbroken"], TrainingRun.Tiny))
        {
            run.Trainer.Run();
            unbroken = run.Tensors(6);
            sample = File.ReadAllBytes(run.Folder.Sample(6));
            reports = [.. MetricsLog.Read(run.Folder.Metrics)];
        }

        using (var first = new TrainingRun(temp["broken"], TrainingRun.Tiny))
        using (var stop = new CancellationTokenSource())
        {
            first.AfterStep = step =>
            {
                if (step == stopAfter) stop.Cancel();
            };
            Assert.That(first.Trainer.Run(stop.Token), Is.EqualTo(TrainingOutcome.Interrupted));
        }
        using var second = new TrainingRun(temp["broken"], TrainingRun.Tiny);
        second.Trainer.Resume(RunFolder.FindCheckpoint(second.Folder.Path));
        Assert.That(second.Trainer.Done, Is.EqualTo(stopAfter));
        Assert.That(second.Trainer.Run(), Is.EqualTo(TrainingOutcome.Done));

        Assert.That(second.Tensors(6), Is.EqualTo(unbroken), "weights, Adam, EMA, spectral norm, batch norm");
        Assert.That(File.ReadAllBytes(second.Folder.Sample(6)), Is.EqualTo(sample), "the last grid");
        // Lines of steps 4 and 6: one of them spans the stop.
        var resumed = MetricsLog.Read(second.Folder.Metrics).ToList();
        foreach (string metric in new[] { "step", "loss_d", "loss_g", "rotation_accuracy_real", "grad_norm_g" })
            Assert.That(resumed.Select(r => r[metric]), Is.EqualTo(reports.Select(r => r[metric])), metric);
    }

    [Test]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        using var temp = new TempFolder();
        byte[] Train(string name, ulong seed)
        {
            using var run = new TrainingRun(temp[name], TrainingRun.Tiny.With(seed: seed, steps: 2));
            run.Trainer.Run();
            return run.Tensors(2);
        }
        byte[] one = Train("a", 1);
        Assert.That(Train("b", 1), Is.EqualTo(one));
        Assert.That(Train("c", 2), Is.Not.EqualTo(one));
    }

    [Test]
    public void Changed_settings_are_listed_and_refused_unless_they_may_change()
    {
        using var temp = new TempFolder();
        using (var run = new TrainingRun(temp["run"], TrainingRun.Tiny)) run.Trainer.Run();
        string checkpoint = RunFolder.FindCheckpoint(temp["run"]);

        using (var changed = new TrainingRun(temp["run"],
            TrainingRun.Tiny.With(seed: 8, discriminatorSteps: 1, logEvery: 1)))
        {
            var error = Assert.Throws<TrainingException>(() => changed.Trainer.Resume(checkpoint));
            Assert.That(error!.Message, Does.Contain("seed was 7 and is now 8")
                .And.Contain("discriminatorSteps was 2 and is now 1").And.Not.Contain("logEvery"));
        }
        using (var shorter = new TrainingRun(temp["run"], TrainingRun.Tiny.With(steps: 5)))
            Assert.That(() => shorter.Trainer.Resume(checkpoint),
                Throws.TypeOf<TrainingException>().With.Message.Contains("step 6, past the 5"));
        using var longer = new TrainingRun(temp["run"], TrainingRun.Tiny.With(steps: 8, logEvery: 1, keepLast: 1));
        longer.Trainer.Resume(checkpoint);
        Assert.That(longer.Trainer.Run(), Is.EqualTo(TrainingOutcome.Done));
        Assert.That(longer.Folder.CheckpointSteps(), Is.EqualTo(new[] { 8L }));
    }

    [Test]
    public void A_number_that_is_not_finite_stops_the_run_names_the_tensor_and_keeps_the_last_checkpoint()
    {
        using var temp = new TempFolder();
        using var run = new TrainingRun(temp["run"], TrainingRun.Tiny);
        run.AfterStep = step =>
        {
            if (step != 3) return;
            var (_, weight) = run.Step.Generator.NamedParameters().Single(static p => p.Name == "block3.c1.weight");
            float[] values = weight.ToArray();
            values[5] = float.NaN;
            weight.CopyFrom<float>(values);
        };
        var error = Assert.Throws<TrainingException>(() => run.Trainer.Run());
        Assert.That(error!.Message,
            Does.Contain("step 4").And.Contain("NaN or infinite").And.Match(@"(gradient of )?[gd]\.[a-z0-9_.]+"));
        Assert.That(error.Message, Does.Contain("The checkpoint of step 2 is from before"));
        Assert.That(run.Folder.CheckpointSteps(), Is.EqualTo(new[] { 2L }));
        Assert.That(() => Checkpoint.ReadState(run.Folder.Checkpoint(2)), Throws.Nothing);
    }

    [Test]
    public void A_run_that_fails_before_its_first_checkpoint_promises_none()
    {
        using var temp = new TempFolder();
        using var run = new TrainingRun(temp["run"], TrainingRun.Tiny.With(checkpointEvery: 100));
        run.AfterStep = step => run.Step.Generator.Parameters[0].CopyFrom<float>(
            [.. Enumerable.Repeat(float.NaN, (int)run.Step.Generator.Parameters[0].Count)]);
        Assert.That(() => run.Trainer.Run(),
            Throws.TypeOf<TrainingException>()
                .With.Message.EndsWith(". There is no checkpoint from before; try a lower learning rate (--lr)."));
        Assert.That(run.Folder.CheckpointSteps(), Is.Empty);
    }

    [Test]
    public void Data_that_changed_is_refused()
    {
        using var temp = new TempFolder();
        using var run = new TrainingRun(temp["run"], TrainingRun.Tiny.With(steps: 2));
        run.Trainer.Run();
        string checkpoint = run.Folder.Checkpoint(2);
        string state = Path.Combine(checkpoint, Checkpoint.StateFile);
        File.WriteAllText(state, File.ReadAllText(state).Replace("\"dataHash\": \"", "\"dataHash\": \"0"));
        Assert.That(() => run.Trainer.Resume(checkpoint),
            Throws.TypeOf<TrainingException>().With.Message.Contains("was trained on shapes"));
    }

    [TestCase("{\"optimisation\": {\"batsch\": 4}}", "$.optimisation.batsch, line 1: there is nothing of this name")]
    [TestCase("{\"optimisation\": {\n\"batch\": \"four\"}}",
        "$.optimisation.batch, line 2: the value is of another kind or out of range")]
    [TestCase("{\"optimization\": {}}", "at $.optimization: there is nothing of this name")]
    [TestCase("{\"cadence\": {},\n\"gan\": {\"model\": \"ssgan\",\n\"ngv\": 4}}", "at $.gan.ngv: there is nothing of this name")]
    [TestCase("{\"gan\": {\"model\": \"dagan\"}}", "there is no GAN \"dagan\", only ssgan")]
    [TestCase("{\"gan\": {\"ngf\": 4}}", "a GAN's settings have its name as \"model\"")]
    [TestCase("{\"batsch\": 4}", "at $.batsch: there is nothing of this name")]
    [TestCase("{\n\"batch\": \"four\"}", "at $.batch: the value is of another kind or out of range")]
    [TestCase("{\"batch\": 4, \"batch\": 4}", "batch")]
    [TestCase("", "the file is empty")]
    [TestCase("null", "a.json is not a valid configuration: it holds null")]
    public void A_configuration_that_is_none_is_refused_in_words(string json, string part) =>
        Assert.That(() => TrainOptions.FromJson(json, "a.json"),
            Throws.TypeOf<TrainingException>().With.Message.Contains(part).And.Message.Not.Contains("Ssgan.")
                .And.Message.Not.Contains(".NET"));

    [Test]
    public void Images_of_another_size_are_refused_before_anything_is_written()
    {
        using var temp = new TempFolder();
        using var device = Ssgan.Engine.Device.Cpu(1);
        using var source = new ArraySource(48, 10);
        using var step = TrainingRun.Tiny.CreateStep(device);
        using var run = new TrainingRun(temp["run"], TrainingRun.Tiny);
        Assert.That(() => new Trainer(step, source, TrainingRun.Tiny, run.Folder, run),
            Throws.TypeOf<TrainingException>().With.Message.Contains("noise are 48x48, and the settings say 32x32"));
    }

    [Test]
    public void Lines_of_a_log_that_are_none_are_left_out()
    {
        using var temp = new TempFolder();
        File.WriteAllLines(temp["log"],
            ["{\"step\":1,\"loss\":2}", "{\"step\":2,\"loss\":3,\"loss\":4}", "{\"step\":3,\"lo", "[3]", "{\"step\":4}"]);
        Assert.That(MetricsLog.Read(temp["log"]).Select(static r => r["step"]), Is.EqualTo(new[] { 1.0, 4.0 }));
    }

    [Test]
    public void Settings_out_of_range_are_named()
    {
        var bad = new (TrainOptions Options, string Part)[]
        {
            (TrainingRun.Tiny.With(steps: 0), "steps is 0"),
            (TrainingRun.Tiny.With(steps: 1L << 31), "steps is 2147483648"),
            (TrainingRun.Tiny.With(batch: 1), "batch is 1"),
            (TrainingRun.Tiny.With(discriminatorSteps: 0), "discriminatorSteps is 0"),
            (TrainingRun.Tiny.With(learningRate: float.NaN), "learningRate is NaN"),
            (TrainingRun.Tiny.With(beta1: 1), "beta1 is 1;"), (TrainingRun.Tiny.With(emaDecay: 1), "emaDecay is 1;"),
            (TrainingRun.Tiny.With(keepLast: 0), "keepLast is 0"),
            (TrainingRun.Tiny.With(gridImages: 0), "gridImages is 0"),
            (TrainingRun.Tiny.With(precision: "f16"), "precision is f16"),
            (TrainingRun.Tiny.With(logEvery: 0), "logEvery is 0"),
            (TrainingRun.Tiny.WithSsgan(realRotationScale: -1), "realRotationScale is -1"),
        };
        foreach (var (options, part) in bad)
            Assert.That(() => options.Validate(), Throws.TypeOf<TrainingException>().With.Message.Contains(part));
    }
}
