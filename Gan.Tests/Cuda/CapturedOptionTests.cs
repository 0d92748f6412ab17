using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Optim.Schedules;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data.Loading;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Gan.Training.Feeds;
using Ssgan.Tests.Support;
using Ssgan.Tests.Training;

namespace Ssgan.Tests.Cuda;

/// <summary>What any GAN can be given on an emulated device: replayed graphs and eager calls give the same bits.</summary>
[Parallelizable(ParallelScope.Self)]
sealed class CapturedOptionTests
{
    const int Steps = 4;

    [TestCase("ssgan", "color,translation,cutout", "f32")]
    [TestCase("ssgan-ms", "ada", "bf16")]
    [TestCase("wgan-gp", "color,translation,cutout", "bf16")]
    [TestCase("sngan", "ada", "f32")]
    [TestCase("sngan", "none", "bf16")]
    public void Captured_steps_are_the_eager_ones_bit_for_bit(string gan, string augment, string precision)
    {
        var (eager, captured) = (Train(gan, augment, precision, graphs: false), Train(gan, augment, precision, graphs: true));
        Assert.That(captured.Reports, Is.EqualTo(eager.Reports));
        foreach (var ((name, actual), (_, expected)) in captured.Tensors.Zip(eager.Tensors))
            Assert.That(actual, Is.EqualTo(expected), name);
        Assert.That(eager.Reports.Select(static r => r.Mean), Has.All.Matches<double>(double.IsFinite));
    }

    static (List<(string Name, double Mean)> Reports, List<(string Name, float[] Values)> Tensors) Train(string gan,
        string augment, string precision, bool graphs)
    {
        using var cuda = new EmulatedCuda(new EmulatorOptions());
        using var device = new Device(new CudaBackend(cuda));
        using var leaks = new NoLeaks(device);
        var options = new TrainOptions
        {
            Optimisation = new()
            {
                Batch = 4, DiscriminatorSteps = 2, Steps = Steps, Seed = 3, EmaHalfLife = 0.01, EmaStart = 2,
                Precision = precision, Graphs = graphs,
            },
            Gan = GanCatalog.Of(gan).Defaults with { Ngf = 4, Ndf = 4, Augment = augment, AugmentTarget = -0.9f, Lecam = 0.1f },
        };
        if (options.Gan is SnganOptions sngan)
        {
            options = options with
            {
                Gan = sngan with
                {
                    Networks = NetworkFamily.CompareGan, GeneratorSpectral = true, Latent = LatentDistribution.Uniform,
                },
            };
        }
        using var step = options.Validate().CreateStep(device);
        foreach (var (name, tensor) in Checkpoint.NamedTensors(step))
            if (name == "augment.p") tensor.CopyFrom<float>([0.5f]);
        using var source = new ArraySource(32, 11);
        using var schedule = new ScalarSchedule(step.Scheduled(options.Optimisation.Schedule()));
        using var feed = BatchFeed.Open(device, source, new DataSettings(), 4, new LoaderPosition(1), static _ => { });
        using var loop = new GanLoop(step, feed, options.Optimisation, schedule);
        var reports = new List<(string, double)>();
        for (int s = 0; s < Steps; s++)
        {
            loop.Iterate();
            reports.AddRange(step.Stats.Take());
        }
        Assert.That(cuda.Calls("cuGraphLaunch"), Is.EqualTo(graphs ? 3 * Steps - 2 : 0));
        return (reports, [.. Checkpoint.NamedTensors(step).Where(static t => t.Tensor.Type == DType.F32)
            .Select(static t => (t.Name, t.Tensor.ToArray()))]);
    }
}
