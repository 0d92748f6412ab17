using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Models;
using Ssgan.Gan.Training;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Cuda;

/// <summary>Whole SSGAN steps of the published 32x32 networks at a small width, on the emulated device.</summary>
[Parallelizable(ParallelScope.Self)]
sealed class SsganOnCudaTests
{
    const int Steps = 5, Batch = 4, Width = 8;

    /// <summary>All reported numbers of each step, and every tensor of a checkpoint at the end.</summary>
    internal sealed record Run(List<(string Name, double Mean)> Reports, List<(string Name, float[] Values)> Tensors);

    [TestCase(true)]
    [TestCase(false)]
    public void Five_steps_agree_with_the_cpu(bool libraries)
    {
        var expected = OnCpu();
        var actual = OnCuda(libraries, captured: false);
        Assert.That(actual.Reports.Select(r => r.Name), Is.EqualTo(expected.Reports.Select(r => r.Name)));
        foreach (var (a, e) in actual.Reports.Zip(expected.Reports))
        {
            // Rounding differs by some 1e-6 a step, and Adam's first steps turn the sign of a gradient into a whole step.
            if (e.Name.StartsWith("loss", StringComparison.Ordinal))
                Assert.That(a.Mean, Is.EqualTo(e.Mean).Within(1e-4 * Math.Max(1, Math.Abs(e.Mean))), e.Name);
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Captured_steps_equal_eager_steps_bit_for_bit(bool libraries)
    {
        var eager = OnCuda(libraries, captured: false);
        var captured = OnCuda(libraries, captured: true);
        Assert.That(captured.Reports, Is.EqualTo(eager.Reports));
        foreach (var (a, e) in captured.Tensors.Zip(eager.Tensors))
            Assert.That(a.Values.AsSpan().SequenceEqual(e.Values), e.Name);
    }

    static Run OnCpu()
    {
        using var device = Device.Cpu(2);
        return Train(device, captured: false);
    }

    static Run OnCuda(bool libraries, bool captured)
    {
        using var cuda = new EmulatedCuda(new EmulatorOptions { HasCuBlas = libraries, HasCuDnn = libraries });
        Run run;
        using (var device = new Device(new CudaBackend(cuda))) run = Train(device, captured);
        Assert.That(cuda.Leaks(), Is.Empty);
        // Each of the two updates runs as it is once, and as a graph from then on.
        Assert.That(cuda.Calls("cuGraphLaunch"), Is.EqualTo(captured ? 2 * (Steps - 1) : 0));
        return run;
    }

    internal static Run Train(Device device, bool captured, int steps = Steps, DType compute = DType.F32)
    {
        using var leaks = new NoLeaks(device);
        using var step = new SsganStep(device, Architecture.For(32, Width, Width),
            new(), new() { EmaDecay = 0.9f, Precision = compute == DType.BF16 ? "bf16" : "f32", Seed = 3 });
        using var feed = new FixedFeed(device, Batch, 32);
        using var loop = new GanLoop(step, feed, new() { Batch = Batch, DiscriminatorSteps = 1, Graphs = captured });
        var reports = new List<(string, double)>();
        for (int i = 0; i < steps; i++)
        {
            feed.Values = [.. Make.Numbers(Batch * 32 * 32 * 3, i).Select(x => x / 2)];
            loop.Iterate();
            reports.AddRange(step.Stats.Take());
        }
        return new Run(reports,
            [.. Checkpoint.NamedTensors(step).Where(t => t.Tensor.Type == DType.F32).Select(t => (t.Name, t.Tensor.ToArray()))]);
    }
}
