using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;
using Ssgan.Engine.Optim.Schedules;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;

namespace Ssgan.Tests.Golden;

/// <summary>
/// Four whole steps of R3GAN against PyTorch in doubles, without classes and with them, while the rate, beta2, gamma and the
/// average's half-life move.
/// </summary>
sealed class R3ganGoldenTests
{
    const int Steps = 4, Batch = 3, Side = 16, Latent = 6;

    /// <summary>README.md has how far PyTorch's own float32 strays; these leave room for another order of summing.</summary>
    const double LossTolerance = 1e-5, LogitTolerance = 1e-4, GradientTolerance = 2e-5, WeightTolerance = 2e-5;

    static readonly R3Stage[] s_stages = [new(16, 2, 1), new(8, 1, 2), new(8, 2, 1)];

    [TestCase("r3gan", 0)]
    [TestCase("r3gan_conditional", 3)]
    public void Four_steps_follow_pytorch(string name, int classes)
    {
        var file = GoldenFile.Load(name);
        // Winograd's method rounds more.
        using var device = Device.Cpu(allowWinograd: false);
        var (options, optimisation) = Settings(file);
        var shapes = new R3Architecture
        {
            Size = Side, Latent = Latent, LabelWidth = 5, Generator = s_stages, Discriminator = s_stages,
        };
        using var step = new R3ganStep(device, shapes, options, classes, optimisation);
        Load(file, step.Generator, "g/before");
        Load(file, step.Discriminator, "d/before");
        var average = step.Networks.Single(static n => n.Name == "g_ema").Module;
        Load(file, average, "g/before");
        var logits = new List<(string Name, float[] Values)>();
        step.LogitsObserver = (what, t) => logits.Add((what, t.ToArray()));
        using var schedule = new ScalarSchedule(step.Scheduled(options.Rate(optimisation)));
        var stats = new List<Dictionary<string, double>>();

        for (int s = 0; s < Steps; s++)
        {
            using var scope = device.Scope();
            step.TrainDiscriminator(Real(device, file, 2 * s, classes), Noise(device, file, 2 * s));
            if (s == 0) CheckGradients(file, step.Discriminator, "d/grad");
            step.TrainGenerator(Noise(device, file, 2 * s + 1), Real(device, file, 2 * s + 1, classes));
            if (s == 0) CheckGradients(file, step.Generator, "g/grad");
            schedule.Prepare();
            schedule.Advance();
            stats.Add(step.Stats.Take().ToDictionary(static m => m.Name, static m => m.Mean));
        }
        foreach (var (ours, theirs) in (ReadOnlySpan<(string, string)>)
            [("loss_d", "d_adversarial"), ("loss_d_r1", "r1"), ("loss_d_r2", "r2"), ("loss_g", "g_adversarial")])
            Assert.That(stats.Select(s => s[ours]), Is.EqualTo(file.F64($"loss/{theirs}")).Within(LossTolerance), ours);
        foreach (string what in (string[])["d_real", "d_fake", "g_fake"])
            Assert.That(logits.Where(l => l.Name == what).SelectMany(static l => l.Values).Select(static v => (double)v),
                Is.EqualTo(file.F64($"logits/{what}")).Within(LogitTolerance), what);
        CheckState(file, step.Generator, "g/after");
        CheckState(file, step.Discriminator, "d/after");
        CheckState(file, average, "g_ema/after");
    }

    static (R3ganOptions, OptimisationSettings) Settings(GoldenFile file)
    {
        return (new()
        {
            Gamma = (float)At("gamma"), GammaEnd = (float)At("gamma_end"), LearningRateEnd = (float)At("rate_end"),
            Beta2End = At("beta2_end"), EmaImages = (float)At("half_life"), EmaImagesEnd = (float)At("half_life_end"),
            ScheduleImages = (long)At("images"),
        }, new() { Batch = Batch, LearningRate = (float)At("rate"), Beta2 = At("beta2"), Steps = Steps });

        double At(string key) => file.Setting("train", key);
    }

    static RealBatch Real(Device device, GoldenFile file, int update, int classes)
    {
        const int Bytes = Batch * 3 * Side * Side;
        byte[] pixels = file.U8("train/real").AsSpan(update * Bytes, Bytes).ToArray();
        byte[] images = GoldenFile.ChannelsLast(pixels, Batch, 3, Side, Side);
        var labels = classes == 0 ? null
            : device.From(file.I32("train/labels").AsSpan(update * Batch, Batch), new Shape(Batch));
        return RealBatch.Of(Pixels.ToImages(device.From(images, new Shape(Batch, Side, Side, 3))), labels);
    }

    static Tensor Noise(Device device, GoldenFile file, int update) =>
        device.From(file.F32("train/z").AsSpan(update * Batch * Latent, Batch * Latent), new Shape(Batch, Latent));

    static void Load(GoldenFile file, Module network, string prefix)
    {
        var state = network.StateDict();
        Assert.That(state.Keys, Is.EquivalentTo(file.Under(prefix)));
        foreach (var (key, tensor) in state)
        {
            var (values, shape) = file.ChannelsLast($"{prefix}/{key}");
            Assert.That(tensor.Shape, Is.EqualTo(new Shape(shape)), key);
            tensor.CopyFrom<float>(values);
        }
    }

    /// <summary>Of each tensor's largest value.</summary>
    static void CheckGradients(GoldenFile file, Module network, string prefix)
    {
        foreach (var (key, tensor) in network.NamedParameters())
        {
            float[] expected = file.ChannelsLast($"{prefix}/{key}").Values;
            Assert.That(tensor.Grad, Is.Not.Null, key);
            GoldenCheck.CloseAbsolute(tensor.Grad!.ToArray(), expected, GradientTolerance * expected.Max(MathF.Abs),
                $"{prefix}/{key}");
        }
    }

    static void CheckState(GoldenFile file, Module network, string prefix)
    {
        foreach (var (key, tensor) in network.StateDict())
        {
            // Four steps of Adam at these rates, for a true gradient of zero.
            double tolerance = key == "stage3.block1.act2.bias" && prefix[0] == 'd' ? 6e-3 : WeightTolerance;
            GoldenCheck.CloseAbsolute(tensor.ToArray(), file.ChannelsLast($"{prefix}/{key}").Values, tolerance,
                $"{prefix}/{key}");
        }
    }
}
