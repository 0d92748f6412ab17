using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;

namespace Ssgan.Tests.Nn;

sealed class InitTests
{
    const int Count = 60_000;

    Device _device = null!;
    Rng _random = null!;

    [OneTimeSetUp]
    public void Open()
    {
        _device = Device.Cpu(2);
        _random = new Rng(_device, 3);
    }

    [OneTimeTearDown]
    public void Close()
    {
        _random.Dispose();
        _device.Dispose();
    }

    [TestCase(1f)]
    [TestCase(1.4142135f)]
    public void Xavier_is_uniform_within_its_bound(float gain)
    {
        using var scope = _device.Scope();
        double bound = gain * Math.Sqrt(6.0 / (27 + 90));
        Uniform(Init.XavierUniform(gain)(_random, new Shape(Count), 27, 90).ToArray(), bound);
    }

    [Test]
    public void PyTorchs_bias_is_uniform_within_one_over_the_root_of_fan_in()
    {
        using var scope = _device.Scope();
        Uniform(Init.PyTorchBias(_random, new Shape(Count), 48, 5).ToArray(), 1 / Math.Sqrt(48));
        Uniform(Init.PyTorchWeight(_random, new Shape(Count), 48, 5).ToArray(), 1 / Math.Sqrt(48));
    }

    [Test]
    public void Normal_has_its_deviation_and_zeros_are_zero()
    {
        using var scope = _device.Scope();
        float[] x = Init.Normal(0.02f)(_random, new Shape(Count), 1, 1).ToArray();
        // The variance's own relative deviation is √(2 / n), 0.6 %: five of them.
        Assert.That(x.Average(v => (double)v * v), Is.EqualTo(4e-4).Within(3).Percent);
        Assert.That(x.Average(v => (double)v), Is.Zero.Within(5 * 0.02 / Math.Sqrt(Count)));
        Assert.That(x.Max(), Is.GreaterThan(3 * 0.02f));
        Assert.That(Init.Zeros(_random, new Shape(7), 1, 1).ToArray(), Has.All.Zero);
    }

    [Test]
    public void Layers_count_the_filters_area_as_inputs_and_outputs()
    {
        using var conv = new Conv2d(_random, 64, 128, 3);
        Uniform(conv.Weight.ToArray(), Math.Sqrt(6.0 / (9 * 64 + 9 * 128)));
        Assert.That(conv.Bias!.ToArray().Max(Math.Abs), Is.InRange(0.9 / Math.Sqrt(9 * 64), 1 / Math.Sqrt(9 * 64)));
        using var linear = new Linear(_random, 300, 200);
        Uniform(linear.Weight.ToArray(), Math.Sqrt(6.0 / 500));
        Assert.That(linear.Bias!.ToArray().Max(Math.Abs), Is.InRange(0.9 / Math.Sqrt(300), 1 / Math.Sqrt(300)));
        using var table = new Embedding(_random, 300, 200);
        Assert.That(table.Weight.ToArray().Average(v => (double)v * v), Is.EqualTo(1).Within(3).Percent);
    }

    [Test]
    public void The_stream_makes_each_layer_differ_and_a_seed_repeats_them()
    {
        float[][] first = Build(5), again = Build(5), other = Build(6);
        Assert.That(again, Is.EqualTo(first));
        Assert.That(first[0], Is.Not.EqualTo(first[1]));
        Assert.That(other[0], Is.Not.EqualTo(first[0]));

        float[][] Build(ulong seed)
        {
            using var random = new Rng(_device, seed);
            using var a = new Linear(random, 4, 3);
            using var b = new Linear(random, 4, 3, spectral: true);
            return [a.Weight.ToArray(), b.Weight.ToArray(), a.Bias!.ToArray(), b.Bias!.ToArray(),
                b.Spectral!.U.ToArray(), b.Spectral!.V.ToArray()];
        }
    }

    /// <summary>
    /// Bounds are kept and nearly reached; mean 0 and variance bound² / 3 within five deviations (variance: √(4/5
    /// / n) of itself).
    /// </summary>
    static void Uniform(float[] x, double bound)
    {
        Assert.That(x.Max(), Is.InRange(0.999 * bound, bound * (1 + 1e-6)));
        Assert.That(x.Min(), Is.InRange(-bound * (1 + 1e-6), -0.999 * bound));
        Assert.That(x.Average(v => (double)v), Is.Zero.Within(5 * bound / Math.Sqrt(3.0 * x.Length)));
        Assert.That(x.Average(v => (double)v * v), Is.EqualTo(bound * bound / 3).Within(500 * Math.Sqrt(0.8 / x.Length)).Percent);
    }
}
