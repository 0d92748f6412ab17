using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Losses;
using Ssgan.Gan.Models;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Losses;

/// <summary>The gradient of a gradient's norm, through every kind of layer that a discriminator has.</summary>
sealed class GradientPenaltyTests
{
    const int Batch = 3, Side = 8;

    /// <summary>
    /// Images, convolution with stride, batch norm, leaky ReLU, max pool, spectrally normalised convolution, tanh, average pool,
    /// spectrally normalised linear layer.
    /// Gamma is small and beta ±1.5, so that batch norm's outputs keep their sign within a step: the penalty jumps at a kink.
    /// </summary>
    static readonly int[][] Parameters = [[4, 3, 3, 2], [4], [4], [4], [3, 2, 2, 4], [3], [1, 3]];

    static Tensor Discriminate(Tensor[] p, Tensor x)
    {
        var device = x.Device;
        var h = x.Conv2d(p[0], p[1], stride: 2, padding: 1);
        h = h.BatchNorm(p[2] * 0.2f, p[3].Affine(0.1f, 0) + device.Values([4], 1.5f, -1.5f, 1.5f, -1.5f),
            device.Of(4), device.Of(4));
        h = h.LeakyRelu(0.2f).MaxPool2d(2, 1);
        var normalized = Tensor.SpectralNorm([Weight(p[4]), Weight(p[6])], 0);
        h = (h.Conv2d(normalized[0], p[5]) * 0.5f).Tanh().AvgPool2d();
        return h.Reshape(x.Shape[0], -1).MatMul(normalized[1], transposeB: true) * 5;
    }

    static SpectralWeight Weight(Tensor w)
    {
        int rows = w.Shape[0], columns = (int)w.Count / rows;
        return new(w, Unit(w.Device, rows), Unit(w.Device, columns));
    }

    static Tensor Unit(Device device, int n) => device.Full(new Shape(n), 1 / MathF.Sqrt(n));

    static OpCase Case(int seed) => new("Losses", $"gradient penalty, seed {seed}", Parameters, p =>
    {
        var device = p[0].Device;
        var real = device.From(Make.Numbers(Batch * Side * Side * 2, 11), new Shape(Batch, Side, Side, 2));
        var fake = device.From(Make.Numbers(Batch * Side * Side * 2, 12), new Shape(Batch, Side, Side, 2));
        using var random = new Rng(device, 7);
        return Wasserstein.GradientPenalty(x => Discriminate(p, x), real, fake, random) * 10;
    })
    {
        // Positive weights under positive u and v: σ is not small.
        Fills = [Fill.Any, Fill.Any, Fill.Any, Fill.Any, Fill.Positive, Fill.Any, Fill.Positive], Seed = seed,
        Step = 3e-3f, Tolerance = 1e-2,
    };

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Its_parameter_gradients_agree_with_finite_differences(int seed)
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        GradCheck.First(device, Case(seed));
    }

    [Test]
    public void Every_weight_takes_part()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var c = Case(1);
        Tensor[] leaves = [.. c.Draw(new Random(1)).Select((v, i) => device.Values(c.Shapes[i], v))];
        foreach (var leaf in leaves) leaf.RequiresGrad = true;
        c.Run(leaves).Backward();
        // A bias before batch norm changes nothing; all else moves the slope.
        foreach (int i in new[] { 0, 2, 3, 4, 5, 6 })
            Assert.That(leaves[i].Grad!.ToArray().Max(Math.Abs), Is.GreaterThan(1e-3f), $"parameter {i}");
    }

    [Test]
    public void Its_value_is_the_mean_squared_distance_of_the_norm_from_one()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        // D(x) = ⟨w, x⟩ has the same slope everywhere.
        var w = device.Leaf(5, 1, 12);
        using var random = new Rng(device, 7);
        var (real, fake) = (device.Leaf(1, 3, 2, 2, 3), device.Leaf(2, 3, 2, 2, 3));
        var penalty = Wasserstein.GradientPenalty(x => x.Reshape(3, 12).MatMul(w, false, true), real, fake, random);
        double norm = Math.Sqrt(w.ToArray().Sum(v => (double)v * v));
        Assert.That(penalty.Item(), Is.EqualTo((norm - 1) * (norm - 1)).Within(1e-5 * norm * norm));
        penalty.Backward();
        Near.All(w.Grad!.ToArray(), [.. w.ToArray().Select(v => 2 * (norm - 1) * v / norm)]);
    }

    [Test]
    public void An_image_whose_gradient_is_zero_adds_one_and_moves_nothing()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        // D(x) = v·ReLU(wx + b). The bias kills every unit of the second image, whose pixels are −10.
        var (w, b, v) = (device.Values([2, 2], 1, 2, -1, 3), device.Values([2], 1, 1), device.Values([1, 2], 0.5f, 0.25f));
        foreach (var leaf in (Tensor[])[w, b, v]) leaf.RequiresGrad = true;
        var images = device.Values([2, 1, 1, 2], 0.1f, 0.2f, -10, -10);
        using var random = new Rng(device, 7);
        var penalty = Wasserstein.GradientPenalty(x => x.Reshape(2, 2).Linear(w, b).Relu().Linear(v, device.Of(1)),
            images, images, random);
        // The first image: ∇ = 0.5·(1, 2) + 0.25·(−1, 3) = (0.25, 1.75).
        double norm = Math.Sqrt(0.25 * 0.25 + 1.75 * 1.75), slope = (norm - 1) / norm;
        Assert.That(penalty.Item(), Is.EqualTo(((norm - 1) * (norm - 1) + 1) / 2).Within(1e-6));
        penalty.Backward();
        Near.All(w.Grad!.ToArray(), [slope * 0.5 * 0.25, slope * 0.5 * 1.75, slope * 0.25 * 0.25, slope * 0.25 * 1.75], 1e-6);
        Near.All(v.Grad!.ToArray(), [slope * (0.25 + 2 * 1.75), slope * (-0.25 + 3 * 1.75)], 1e-6);
    }

    [Test]
    public void It_reaches_every_weight_of_the_published_discriminator_and_no_generator()
    {
        using var device = Device.Cpu(2);
        using var random = new Rng(device, 3);
        var architecture = Architecture.For(32, 2, 4);
        using var discriminator = new ResNetDiscriminator(random, architecture, new() { RotationClasses = 0 });
        using (device.Scope())
        {
            var (real, fake) = (device.Leaf(1, 2, 32, 32, 3), device.Leaf(2, 2, 32, 32, 3));
            Wasserstein.GradientPenalty(x => discriminator.Forward(x).Logits, real, fake, random).Backward();
            foreach (var (name, p) in discriminator.NamedParameters())
            {
                if (!name.EndsWith("weight", StringComparison.Ordinal)) continue;
                Assert.That(p.Grad, Is.Not.Null, name);
                Assert.That(p.Grad!.ToArray(), Has.All.Matches<float>(float.IsFinite).And.Some.Not.Zero, name);
            }
            Assert.That((real.Grad, fake.Grad), Is.EqualTo(((Tensor?)null, (Tensor?)null)));
        }
    }
}
