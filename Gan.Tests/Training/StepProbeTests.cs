using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Gan.Data.Sources;
using Ssgan.Gan.Training;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Training;

/// <summary>What a dry run says of memory is what a run takes.</summary>
public sealed class StepProbeTests
{
    /// <summary>As a preset has it, but narrow: width changes neither the order of what is made nor what lives at once.</summary>
    static TrainOptions Narrow(string preset, int size) => Presets.For(preset, size)
        .With(ngf: size == 32 ? 8 : 16, ndf: size == 32 ? 8 : 16, batch: 8, steps: 2, discriminatorSteps: 1, sampleEvery: 1);

    static IEnumerable<TestCaseData> Runs()
    {
        foreach (string preset in Presets.Names)
            foreach (int size in (int[])[32, 48, 64, 128])
                yield return new TestCaseData(Narrow(preset, size)).SetArgDisplayNames($"{preset} {size}");
        yield return new TestCaseData(Presets.For(Presets.Tiny, 32).With(steps: 2, logEvery: 1))
            .SetArgDisplayNames("tiny 32 as it is");
        var small = Narrow(Presets.Tiny, 32);
        yield return new TestCaseData(small.With(gridImages: 4, batch: 16))
            .SetArgDisplayNames("a step larger than its sheet");
        yield return new TestCaseData(small.With(gridImages: 200)).SetArgDisplayNames("a sheet in several parts");
        yield return new TestCaseData(small.With(emaDecay: 0, decay: "constant").WithSsgan(onePass: true))
            .SetArgDisplayNames("one pass");
    }

    [TestCaseSource(nameof(Runs))]
    public void Peak_is_that_of_a_run(TrainOptions options)
    {
        using var device = Device.Cpu(1);
        Compare(options, device, Device.Cpu(1));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Peak_is_that_of_a_run_on_a_gpu(bool graphs)
    {
        using var cuda = new EmulatedCuda();
        using var device = Device.Cuda(0, cuda);
        var options = TrainingRun.Tiny.With(steps: 4, discriminatorSteps: 1, sampleEvery: 4, gridImages: 16, graphs: graphs);
        Compare(options, device, Device.Cuda(0, cuda));
    }

    static void Compare(TrainOptions options, Device device, Device other)
    {
        StepProbe probe;
        using (var step = options.CreateStep(device))
            probe = StepProbe.Measure(step, options, least: 3, enough: TimeSpan.Zero);

        using var temp = new TempFolder();
        using var run = new TrainingRun(temp["run"], options, other, new ShapesSource(options.Data.Size, 0));
        run.Trainer.Run();
        long measured = run.Step.Device.Pool.PeakBytes;
        TestContext.Out.WriteLine($"said {probe.PeakBytes:N0} (step {probe.StepPeakBytes:N0}, sheet {probe.SheetPeakBytes:N0}), "
            + $"measured {measured:N0}");
        // The same operations run, so nothing but what a log line leaves may differ.
        Assert.That(probe.PeakBytes, Is.EqualTo(measured).Within(1).Percent);
    }
}
