using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data.Loading;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Gan.Training.Feeds;
using Ssgan.Tests.Support;
using Ssgan.Tests.Training;

namespace Ssgan.Tests.Cuda;

/// <summary>Every GAN of the catalog on an emulated device: replayed graphs and eager calls give the same bits.</summary>
[Parallelizable(ParallelScope.All)]
sealed class CapturedAlgorithmTests
{
    const int Steps = 3;

    static IEnumerable<string> Gans => [.. GanCatalog.Names, "sngan" + SmallGans.SelfModulated];

    /// <summary>BF16 by our own kernels is emulated slowest: one GAN of each family has it.</summary>
    static IEnumerable<TestCaseData> Cases => Gans.SelectMany(static gan => new[]
    {
        new TestCaseData(gan, true, "f32"), new TestCaseData(gan, true, "bf16"), new TestCaseData(gan, false, "f32"),
    }).Concat([new("ssgan", false, "bf16"), new("wgan-gp", false, "bf16"), new("sagan", false, "bf16"),
        new("r3gan", false, "bf16")]);

    [TestCaseSource(nameof(Cases))]
    public void Captured_steps_are_the_eager_ones_bit_for_bit(string gan, bool libraries, string precision)
    {
        var eager = Train(gan, libraries, precision, graphs: false);
        var captured = Train(gan, libraries, precision, graphs: true);
        Assert.That(captured.Reports, Is.EqualTo(eager.Reports));
        Assert.That(captured.Tensors.Select(static t => t.Name), Is.EqualTo(eager.Tensors.Select(static t => t.Name)));
        foreach (var ((name, actual), (_, expected)) in captured.Tensors.Zip(eager.Tensors))
            Assert.That(actual, Is.EqualTo(expected), name);
        Assert.That(eager.Reports.Select(static r => r.Mean), Has.All.Matches<double>(double.IsFinite));
    }

    sealed record Result(List<(string Name, double Mean)> Reports, List<(string Name, float[] Values)> Tensors);

    static Result Train(string gan, bool libraries, string precision, bool graphs)
    {
        using var cuda = new EmulatedCuda(new EmulatorOptions { HasCuBlas = libraries, HasCuDnn = libraries });
        Result result;
        using (var device = new Device(new CudaBackend(cuda)))
        {
            using var leaks = new NoLeaks(device);
            var options = new TrainOptions
            {
                Optimisation = new()
                {
                    Batch = 4, DiscriminatorSteps = 2, Steps = Steps, Seed = 3, EmaDecay = 0.9f,
                    Precision = precision, Graphs = graphs,
                },
                Gan = SmallGans.Of(gan),
            };
            using var source = new ArraySource(32, 11, classes: 3);
            using var step = options.For(source).Validate().CreateStep(device);
            using var feed = BatchFeed.Open(device, source, new DataSettings { Flip = true }, 4,
                new LoaderPosition(1), static _ => { });
            using var loop = new GanLoop(step, feed, options.Optimisation);
            var reports = new List<(string, double)>();
            for (int s = 0; s < Steps; s++)
            {
                loop.Iterate();
                reports.AddRange(step.Stats.Take());
            }
            // Of 2 · 4 + 4 updates, one of each kind runs as written.
            Assert.That(cuda.Calls("cuGraphLaunch"), Is.EqualTo(graphs ? 3 * Steps - 2 : 0));
            result = new(reports, [.. Checkpoint.NamedTensors(step).Where(static t => t.Tensor.Type == Engine.Kernels.DType.F32)
                .Select(static t => (t.Name, t.Tensor.ToArray()))]);
        }
        Assert.That(cuda.Leaks(), Is.Empty);
        return result;
    }
}
