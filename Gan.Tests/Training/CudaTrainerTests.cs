using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Kernels.Cuda.Driver;
using Ssgan.Engine.Optim.Schedules;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Sources;
using Ssgan.Gan.Losses;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Gan.Training.Feeds;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Training;

/// <summary>Whole runs on an emulated device: the same as on the CPU, and the same bytes however they get there.</summary>
sealed class CudaTrainerTests
{
    static readonly TrainOptions s_options = TrainingRun.Tiny.With(steps: 4, logEvery: 2, sampleEvery: 4,
        checkpointEvery: 4, flip: true);

    /// <summary>What is left of a run that went to its end.</summary>
    sealed record Result(byte[] Tensors, List<Dictionary<string, double>> Lines, List<string> Notices);

    [TestCase(false)]
    [TestCase(true)]
    public void Graphs_and_the_place_of_the_images_change_no_byte(bool endless)
    {
        using var temp = new TempFolder();
        IImageSource source = endless ? new ShapesSource(32) : new ArraySource(32, 11);
        var first = OnCuda(temp["a"], source, s_options);
        var eager = OnCuda(temp["b"], source, s_options.With(graphs: false));
        Assert.That(eager.Tensors, Is.EqualTo(first.Tensors), "without graphs");
        Assert.That(eager.Lines, Is.EqualTo(first.Lines));
        if (!endless)
        {
            var streamed = OnCuda(temp["c"], source, s_options.With(dataOnDevice: DataOnDevice.Off));
            Assert.That(streamed.Tensors, Is.EqualTo(first.Tensors), "streamed");
            Assert.That(streamed.Lines, Is.EqualTo(first.Lines));
        }
        AgreesWithTheCpu(temp["d"], source, s_options, first);
    }

    [Test]
    public void Four_angles_of_a_quarter_are_composed_from_the_same_bytes()
    {
        using var temp = new TempFolder();
        var options = s_options.With(steps: 2).WithSsgan(rotationBatch: RotationBatch.FourAnglesOfAQuarter);
        var source = new ArraySource(32, 11);
        AgreesWithTheCpu(temp["cpu"], source, options, OnCuda(temp["cuda"], source, options));
    }

    [Test]
    public void One_pass_over_the_discriminator_is_replayed_as_on_the_cpu()
    {
        using var temp = new TempFolder();
        var options = s_options.WithSsgan(onePass: true);
        var source = new ArraySource(32, 11);
        var actual = OnCuda(temp["cuda"], source, options);
        Assert.That(OnCuda(temp["eager"], source, options.With(graphs: false)).Tensors,
            Is.EqualTo(actual.Tensors), "without graphs");
        AgreesWithTheCpu(temp["cpu"], source, options, actual);
    }

    static void AgreesWithTheCpu(string folder, IImageSource source, TrainOptions options, Result actual)
    {
        using var run = new TrainingRun(folder, options, Device.Cpu(1), source);
        var expected = Finish(run);
        Assert.That(actual.Lines, Has.Count.EqualTo(expected.Lines.Count));
        foreach (var (a, e) in actual.Lines.Zip(expected.Lines))
            // Rounding differs by some 1e-6 a step, and Adam's first steps turn the sign of a gradient into a whole step.
            foreach (string loss in e.Keys.Where(static k => k.StartsWith("loss", StringComparison.Ordinal)))
                Assert.That(a[loss], Is.EqualTo(e[loss]).Within(2e-4 * Math.Max(1, Math.Abs(e[loss]))),
                    $"{loss} of step {e["step"]}");
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Between_log_lines_nothing_is_copied_and_everything_is_replayed(bool kept)
    {
        using var temp = new TempFolder();
        using var cuda = new EmulatedCuda();
        var backend = new CudaBackend(cuda);
        var options = s_options.With(steps: 6, logEvery: 3, sampleEvery: 6, checkpointEvery: 6,
            dataOnDevice: kept ? DataOnDevice.On : DataOnDevice.Off);
        using var run = new TrainingRun(temp["run"], options, new Device(backend), new ArraySource(32, 11));
        var after = new Dictionary<long, (CudaCounters Counters, long Live, long Allocations)>();
        var pool = run.Step.Device.Pool;
        run.AfterStep = step => after[step] = (backend.Counters, pool.LiveBytes, pool.DeviceAllocations);
        run.Trainer.Run();

        // Steps 3, 5 and 6 follow one without a log line; in step 2 both updates are captured, or have been.
        foreach (long step in new[] { 3L, 5, 6 })
        {
            var (before, now) = (after[step - 1].Counters, after[step].Counters);
            Assert.That(now.GraphLaunches - before.GraphLaunches, Is.EqualTo(3),
                "two updates of the discriminator, one of the generator");
            Assert.That(now.DeviceToHostCopies - before.DeviceToHostCopies, Is.Zero, $"downloads in step {step}");
            // A streamed batch comes in between updates, on a stream of its own, and is moved by one kernel.
            Assert.That(now.HostToDeviceCopies - before.HostToDeviceCopies, Is.EqualTo(kept ? 0 : 2), $"uploads in step {step}");
            Assert.That(now.Launches - before.Launches, Is.EqualTo(kept ? 0 : 2), $"launches outside of graphs in step {step}");
        }
        Assert.That(cuda.Calls("cuGraphLaunch"), Is.EqualTo(3 * 6 - 2));
        Assert.That(cuda.Calls("cuGraphInstantiateWithFlags"), Is.EqualTo(2));
        foreach (long step in new[] { 3L, 4, 5, 6 })
            Assert.That(after[step].Live, Is.EqualTo(after[2].Live), $"live bytes after step {step}");
        Assert.That(after[6].Allocations, Is.EqualTo(after[5].Allocations));
    }

    [Test]
    public void The_learning_rate_falls_on_the_device_as_on_the_host([Values("cpu", "eager", "graphs")] string path,
        [ValueSource(typeof(ScheduleCatalog), nameof(ScheduleCatalog.Names))] string decay)
    {
        using var temp = new TempFolder();
        using var cuda = new EmulatedCuda();
        var options = s_options.With(steps: 5, logEvery: 9, learningRate: 7e-4f, decay: decay, graphs: path == "graphs");
        var device = path == "cpu" ? Device.Cpu(1) : new Device(new CudaBackend(cuda));
        using var run = new TrainingRun(temp["run"], options, device, new ArraySource(32, 11));
        var rates = new List<float[]>();
        run.AfterStep = _ => rates.Add([.. run.Step.Optimizers.Select(static o => o.Optimizer.LearningRate)]);
        run.Trainer.Run();
        var schedule = ScheduleCatalog.Of(decay).Create(7e-4f, 5, 0);
        Assert.That(rates, Is.EqualTo(Enumerable.Range(1, 5).Select(step => new[] { schedule.At(step), schedule.At(step) })));
    }

    [TestCase(true, 1)]
    [TestCase(true, 3)]
    [TestCase(false, 3)]
    public void Stopping_and_resuming_changes_no_byte(bool kept, long stopAfter)
    {
        using var temp = new TempFolder();
        var source = new ArraySource(32, 11);
        // A plan of eight batches ends within the run, and the stop falls inside one.
        var options = s_options.With(steps: 5, logEvery: 4, dataOnDevice: kept ? DataOnDevice.On : DataOnDevice.Off);
        var unbroken = OnCuda(temp["unbroken"], source, options);

        using var cuda = new EmulatedCuda();
        using (var first = new TrainingRun(temp["broken"], options, new Device(new CudaBackend(cuda)), source))
        using (var stop = new CancellationTokenSource())
        {
            first.AfterStep = step =>
            {
                if (step == stopAfter) stop.Cancel();
            };
            Assert.That(first.Trainer.Run(stop.Token), Is.EqualTo(TrainingOutcome.Interrupted));
        }
        using var second = new TrainingRun(temp["broken"], options, new Device(new CudaBackend(cuda)), source);
        second.Trainer.Resume(RunFolder.FindCheckpoint(second.Folder.Path));
        Assert.That(second.Trainer.Done, Is.EqualTo(stopAfter));
        var resumed = Finish(second);
        Assert.That(resumed.Tensors, Is.EqualTo(unbroken.Tensors));
        Assert.That(resumed.Lines, Is.EqualTo(unbroken.Lines));
    }

    [TestCase(2, 100, 2, 4, "^[a-z_]+ became NaN or infinite by step 4: the first tensor that is not finite is ")]
    [TestCase(100, 3, 2, 3, "^[a-z_]+ became NaN or infinite by step 3: the first tensor that is not finite is ")]
    [TestCase(100, 2, 2, 2, "^g.block3.c1.weight has values that are NaN or infinite, so no checkpoint is written.$")]
    public void A_number_that_is_not_finite_is_found_by_the_next_log_line_or_checkpoint(
        long logEvery, long checkpointEvery, long spoilt, long found, string message)
    {
        using var temp = new TempFolder();
        using var cuda = new EmulatedCuda();
        var options = s_options.With(steps: 8, logEvery: logEvery, checkpointEvery: checkpointEvery);
        using var run = new TrainingRun(temp["run"], options, new Device(new CudaBackend(cuda)), new ArraySource(32, 11));
        long last = 0;
        run.AfterStep = step =>
        {
            last = step;
            if (step != spoilt) return;
            var (_, weight) = run.Step.Generator.NamedParameters().Single(static p => p.Name == "block3.c1.weight");
            float[] values = weight.ToArray();
            values[5] = float.NaN;
            weight.CopyFrom<float>(values);
        };
        var error = Assert.Throws<TrainingException>(() => run.Trainer.Run());
        Assert.That(error!.Message, Does.Match(message));
        Assert.That(last, Is.EqualTo(found));
        Assert.That(MetricsLog.Read(run.Folder.Metrics).Where(r => r["step"] > spoilt), Is.Empty,
            "a line of numbers that are none");
        Assert.That(run.Folder.CheckpointSteps(), Is.Empty);
    }

    [TestCase("f32", RotationBatch.Quarters)]
    [TestCase("bf16", RotationBatch.Quarters)]
    [TestCase("f32", RotationBatch.FourAnglesOfAQuarter)]
    public void An_update_from_bytes_is_the_update_from_images(string precision, RotationBatch rotation)
    {
        using var cuda = new EmulatedCuda();
        using var device = new Device(new CudaBackend(cuda));
        using var source = new ArraySource(32, 11);
        using var images = BatchFeed.Open(device, source, new() { BatchSize = 4, HorizontalFlip = true }, new(1),
            DataOnDevice.On, 4, static _ => { });
        using var scope = device.Scope();
        images.Prepare();
        var batch = images.Take();
        IReadOnlyList<(string, double)> Update(Action<GanStep> update)
        {
            using var step = s_options.With(precision: precision).WithSsgan(rotationBatch: rotation).CreateStep(device);
            update(step);
            return step.Stats.Take();
        }
        var composed = Update(step => step.TrainDiscriminator(RealBatch.Of(batch.Images())));
        Assert.That(Update(step => step.TrainDiscriminator(batch)), Is.EqualTo(composed));
        Assert.That(composed.Select(static m => m.Item2), Has.All.Not.NaN);
    }

    [Test]
    public void A_set_too_large_for_the_device_is_streamed_and_one_sentence_says_so()
    {
        using var temp = new TempFolder();
        var result = OnCuda(temp["run"], new ArraySource(32, 100_000), s_options.With(steps: 1),
            new EmulatorOptions { MemoryBytes = 300 << 20 });
        Assert.That(result.Notices, Has.Count.EqualTo(1));
        Assert.That(result.Notices[0],
            Does.StartWith("noise takes 307,200,000 bytes, more than half of the ").And.EndWith("so its images are streamed."));
    }

    static Result OnCuda(string folder, IImageSource source, TrainOptions options, EmulatorOptions? machine = null)
    {
        using var cuda = new EmulatedCuda(machine);
        Result result;
        using (var run = new TrainingRun(folder, options, new Device(new CudaBackend(cuda)), source)) result = Finish(run);
        Assert.That(cuda.Leaks(), Is.Empty);
        return result;
    }

    static Result Finish(TrainingRun run)
    {
        Assert.That(run.Trainer.Run(), Is.EqualTo(TrainingOutcome.Done));
        string[] learned = ["loss", "d_", "rotation", "grad", "step", "learning"];
        return new Result(run.Tensors(run.Options.Optimisation.Steps),
            [.. MetricsLog.Read(run.Folder.Metrics).Select(r => r.Where(p => learned.Any(p.Key.StartsWith)).ToDictionary())],
            run.Notices);
    }
}
