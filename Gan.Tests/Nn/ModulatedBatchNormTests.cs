using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Nn;

/// <summary>Batch norms whose scale and shift depend on a class or on the latent vector.</summary>
sealed class ModulatedBatchNormTests
{
    Device _device = null!;
    Rng _random = null!;

    [SetUp]
    public void Open()
    {
        _device = Device.Cpu(1);
        _random = new Rng(_device, 9);
    }

    [TearDown]
    public void Close()
    {
        _random.Dispose();
        Assert.That(_device.Pool.LiveBlocks, Is.Zero);
        _device.Dispose();
    }

    [Test]
    public void The_table_of_classes_starts_with_scales_near_1_and_shifts_of_0()
    {
        using var layer = new ConditionalBatchNorm2d(_random, 50, 40);
        float[] table = layer.Table.ToArray();
        double[] gamma = [.. table.Where((_, i) => i % 80 < 40).Select(static v => (double)v)];
        Assert.That(table.Where((_, i) => i % 80 >= 40), Is.All.Zero);
        // 2,000 numbers: the mean's own deviation is 0.02 / 45, the deviation's a 63rd of itself.
        Assert.That(gamma.Average(), Is.EqualTo(1).Within(0.002));
        Assert.That(Math.Sqrt(gamma.Average(static v => (v - 1) * (v - 1))), Is.EqualTo(0.02).Within(0.0015));
        Assert.That(layer.StateDict().Keys, Is.EqualTo(new[] { "embed.weight", "bn.running_mean", "bn.running_var" }));
    }

    [Test]
    public void Self_modulation_starts_as_batch_norm_nearly()
    {
        using var layer = new SelfModulatedBatchNorm2d(_random, 7, 5);
        var state = layer.StateDict();
        Assert.That(state.Keys, Is.EqualTo(new[] { "hidden.weight", "hidden.bias", "gamma.weight", "gamma.bias", "beta.weight",
            "beta.bias", "bn.running_mean", "bn.running_var" }));
        Assert.That(state["hidden.weight"].Shape, Is.EqualTo(new Shape(32, 7)));
        Assert.That(state["gamma.bias"].ToArray(), Is.All.EqualTo(1));
        Assert.That(state["beta.bias"].ToArray().Concat(state["hidden.bias"].ToArray()), Is.All.Zero);
        Assert.That(state["gamma.weight"].ToArray().Max(Math.Abs), Is.InRange(0.02f, 0.1f));
    }

    [Test]
    public void Self_modulation_can_be_spectrally_normalised()
    {
        using var layer = new SelfModulatedBatchNorm2d(_random, 7, 5, spectral: true);
        Assert.That(layer.Modules().OfType<SpectralNorm>().Count(), Is.EqualTo(3));
    }

    [Test]
    public void Evaluation_uses_running_statistics_and_leaves_them([Values] bool relu)
    {
        using var classes = new ConditionalBatchNorm2d(_random, 3, 2);
        using var latent = new SelfModulatedBatchNorm2d(_random, 4, 2);
        using var scope = _device.Scope();
        var (x, labels, z) = (_device.Leaf(1, 3, 2, 2, 2), _device.From([2, 0, 2], new Shape(3)), _device.Leaf(2, 3, 4));
        foreach (var (module, statistics, forward) in new (Module, RunningStatistics, Func<Tensor>)[]
        {
            (classes, classes.Statistics, () => classes.Forward(x, labels, relu)),
            (latent, latent.Statistics, () => latent.Forward(x, z, relu)),
        })
        {
            float[] trained = forward().ToArray(), mean = statistics.Mean.ToArray();
            Assert.That(mean, Has.None.Zero);
            module.Eval();
            float[] evaluated = forward().ToArray();
            Assert.That(evaluated, Is.Not.EqualTo(trained));
            Assert.That(evaluated.Any(static v => v < 0), Is.EqualTo(!relu));
            Assert.That(statistics.Mean.ToArray(), Is.EqualTo(mean));
        }
    }

    [Test]
    public void An_embedding_iterates_in_evaluation_if_told()
    {
        using var plain = new Embedding(_random, 5, 3, spectral: true);
        using var own = new Embedding(_random, 5, 3, spectral: true, iterateInEvaluation: true);
        Assert.That((plain.Spectral!.IteratesInEvaluation, own.Spectral!.IteratesInEvaluation), Is.EqualTo((false, true)));
        Assert.That((plain.Spectral.U.Shape, plain.Spectral.V.Shape), Is.EqualTo((new Shape(5), new Shape(3))));
    }
}
