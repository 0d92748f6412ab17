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

namespace Ssgan.Tests.Training;

/// <summary>What R3GAN's options mean, and its updates as graphs while everything moves.</summary>
sealed class R3ganTests
{
    static readonly R3Stage[] s_stages = [new(8, 2, 1), new(4, 1, 1)];

    static readonly R3Architecture s_shapes = new()
    {
        Size = 8, Latent = 5, LabelWidth = 4, Generator = s_stages, Discriminator = s_stages,
    };

    // At batch 4 these images are five steps.
    static readonly R3ganOptions s_moving = new()
    {
        Gamma = 1, GammaEnd = 0.1f, EmaImagesEnd = 30, ScheduleImages = 20,
    };

    static readonly OptimisationSettings s_optimisation = new() { Batch = 4, DiscriminatorSteps = 1, Steps = 7, Seed = 3 };

    [Test]
    public void Graphs_follow_what_moves_bit_for_bit_also_with_classes()
    {
        var eager = Train(false);
        var captured = Train(true);
        Assert.That(captured.Keys, Is.EqualTo(eager.Keys));
        foreach (string name in eager.Keys) Assert.That(captured[name], Is.EqualTo(eager[name]), name);
    }

    static Dictionary<string, float[]> Train(bool graphs)
    {
        using var cuda = new EmulatedCuda();
        using var device = new Device(new CudaBackend(cuda));
        using var leaks = new NoLeaks(device);
        var optimisation = s_optimisation with { Graphs = graphs };
        using var step = new R3ganStep(device, s_shapes, s_moving, 3, optimisation);
        using var images = new RandomImages(8, 40, 3);
        using var feed = BatchFeed.Open(device, images, new DataSettings { Flip = true }, 4, new LoaderPosition(1),
            static _ => { });
        using var schedule = new ScalarSchedule(step.Scheduled(s_moving.Rate(optimisation)));
        using var loop = new GanLoop(step, feed, optimisation, schedule);
        for (int i = 0; i < 7; i++) loop.Iterate();
        Assert.That(cuda.Calls("cuGraphLaunch"), Is.EqualTo(graphs ? 2 * 6 : 0));
        Assert.That(step.Optimizers.Select(static o => o.Optimizer.LearningRate), Has.All.EqualTo(5e-5f));
        return Checkpoint.NamedTensors(step).Where(static t => t.Tensor.Type == DType.F32)
            .ToDictionary(static t => t.Name, static t => t.Tensor.ToArray());
    }

    [Test]
    public void A_run_with_a_constant_decay_or_without_an_end_keeps_what_the_run_says()
    {
        var still = s_moving with { LearningRateEnd = 0, Beta2End = 0, GammaEnd = 1, EmaImagesEnd = 0 };
        Assert.That(still.Rate(s_optimisation), Is.EqualTo(s_optimisation.Schedule()));
        Assert.That((still.Averages(s_optimisation), s_moving.Averages(s_optimisation)), Is.EqualTo((false, true)));
        Assert.That(still.Averages(s_optimisation with { EmaDecay = 0.5f }));
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        using (var step = new R3ganStep(device, s_shapes, still, 0, s_optimisation))
        {
            Assert.That(step.Networks.Select(static n => n.Name), Is.EqualTo(new[] { "g", "d" }));
            Assert.That(step.Scheduled(new ConstantRate(1)).Where(static s => !s.Schedule.IsConstant), Is.Empty);
        }
        using (var step = new R3ganStep(device, s_shapes, s_moving, 0, s_optimisation with { EmaDecay = 0.5f }))
        {
            Assert.That(step.Networks.Select(static n => n.Name), Is.EqualTo(new[] { "g", "d", "g_ema" }));
            Assert.That(step.Scheduled(new ConstantRate(1)).Select(static s => s.Schedule).OfType<HalfLife>(), Is.Empty);
        }
    }

    [Test]
    public void Courses_are_over_images_from_the_runs_own_starts()
    {
        using var device = Device.Cpu(1);
        var optimisation = s_optimisation with { LearningRate = 2e-3f, Beta2 = 0.8 };
        using var step = new R3ganStep(device, s_shapes, s_moving, 0, optimisation);
        var courses = step.Scheduled(s_moving.Rate(optimisation)).Select(static s => s.Schedule).ToArray();
        Assert.That(courses.Select(static c => c.At(0)), Is.EqualTo(new[] { 2e-3f, 2e-3f, 0.5f, 0.2f, 1f }));
        Assert.That(courses.Select(static c => (double)c.At(5)),
            Is.EqualTo(new[] { 5e-5, 5e-5, 0.05, 0.01, 1 - Math.Pow(0.5, 4.0 / 30) }).Within(1e-8));
    }

    [TestCase(true, 3, 3)]
    [TestCase(false, 3, 0)]
    [TestCase(true, 0, 0)]
    public void It_is_told_classes_where_the_data_have_them_and_the_options_say_so(bool conditional, int classes, int told)
    {
        using var images = new RandomImages(32, 40, classes);
        var options = new TrainOptions { Gan = new R3ganOptions { Conditional = conditional } };
        Assert.That(options.For(images).Data.Classes.Count, Is.EqualTo(told));
    }

    [Test]
    public void Images_without_classes_are_refused_where_they_are_told()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        using var step = new R3ganStep(device, s_shapes, s_moving, 3, s_optimisation);
        var real = RealBatch.Of(device.Zeros(new Shape(4, 8, 8, 3)));
        Assert.That(() => step.TrainDiscriminator(real), Throws.ArgumentException.With.Message.Contains("have none"));
        Assert.That(() => step.TrainGenerator(real), Throws.ArgumentException.With.Message.Contains("have none"));
        Assert.That(() => step.TrainGenerator(4), Throws.ArgumentException.With.Message.Contains("real images"));
    }
}
