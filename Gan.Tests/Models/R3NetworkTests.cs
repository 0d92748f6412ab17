using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Models;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Models;

/// <summary>R3GAN's networks: sizes, first values, and what they refuse.</summary>
sealed class R3NetworkTests
{
    [TestCase(0, 20_732_160, 20_683_776)]
    [TestCase(10, 20_781_952, 21_280_512)]
    public void Counts_equal_those_of_the_source(int classes, long generator, long discriminator)
    {
        using var device = Device.Cpu();
        using var leaks = new NoLeaks(device);
        using var random = new Rng(device, 1);
        using (var g = new R3Generator(random, R3Architecture.For(32), classes))
            Assert.That(g.ParameterCount, Is.EqualTo(generator));
        using (var d = new R3Discriminator(random, R3Architecture.For(32), classes))
            Assert.That(d.ParameterCount, Is.EqualTo(discriminator));
    }

    /// <summary>ImageNet-32's widths, counted from the source's formulas: 82.9 and 86.5 million.</summary>
    [Test]
    public void Shapes_are_data()
    {
        R3Stage[] stages = [.. Enumerable.Repeat(new R3Stage(1536, 96, 2), 4)];
        var shapes = R3Architecture.For(32) with { Generator = stages, Discriminator = stages };
        long block = 2L * 1536 * 3072 + 3072 * 32 * 9 + 2 * 3072;
        Assert.That(8 * block + 1536 * (16 + 128 + 3) + 64_000, Is.EqualTo(82.9e6).Within(0.05e6));
        using var device = Device.Cpu();
        using var random = new Rng(device, 1);
        using var g = new R3Generator(random, shapes, 1000);
        Assert.That(g.ParameterCount, Is.EqualTo(8 * block + 1536 * (16 + 128 + 3) + 64_000));
    }

    [TestCase(64, "768 768 768 768 384", "96 96 96 96 48")]
    [TestCase(128, "768 768 768 768 384 192", "96 96 96 96 48 24")]
    [TestCase(256, "768 768 768 768 384 192 96", "96 96 96 96 48 24 12")]
    public void Stages_are_the_published_ones(int size, string channels, string groups)
    {
        var shapes = R3Architecture.For(size);
        foreach (var stages in new[] { shapes.Generator, shapes.Discriminator })
        {
            Assert.That(string.Join(' ', stages.Select(static s => s.Channels)), Is.EqualTo(channels));
            Assert.That(string.Join(' ', stages.Select(static s => s.Groups)), Is.EqualTo(groups));
        }
    }

    [TestCase(32, 8, 16)]
    [TestCase(64, 16, 4)]
    [TestCase(256, 16, 8)]
    public void A_narrow_network_maps_noise_to_images_and_images_to_verdicts(int size, int ngf, int ndf)
    {
        using var device = Device.Cpu();
        using var leaks = new NoLeaks(device);
        using var random = new Rng(device, 1);
        var shapes = R3Architecture.For(size, ngf, ndf);
        using var g = new R3Generator(random, shapes, 3);
        using var d = new R3Discriminator(random, shapes, 3);
        using var scope = device.Scope();
        using var noGrad = device.NoGrad();
        var latent = g.Draw(random, 2);
        var images = g.Forward(latent);
        Assert.That(images.Shape, Is.EqualTo(new Shape(2, size, size, 3)));
        Assert.That(d.Forward(images, latent.Labels).Logits.Shape, Is.EqualTo(new Shape(2, 1)));
        Assert.That(() => d.Forward(images.Slice(1, 0, size - 1), latent.Labels),
            Throws.ArgumentException.With.Message.Contains($"(N, {size}, {size}, 3)"));
        Assert.That(() => g.Forward(latent.Z), Throws.ArgumentException.With.Message.Contains("3 classes"));
        Assert.That(g.Layers(2).Where(static r => !r.IsPart).Sum(static r => r.Parameters), Is.EqualTo(g.ParameterCount));
        Assert.That(d.Layers(2).Where(static r => !r.IsPart).Sum(static r => r.Parameters), Is.EqualTo(d.ParameterCount));
        Assert.That(d.Layers(2).Single(r => r.Name == $"stage{shapes.Discriminator.Count}").Output,
            Is.EqualTo($"(2, 4, 4, {ndf})"));
    }

    /// <summary>Blocks pass on what comes in, and their first two layers have the variance of the source.</summary>
    [Test]
    public void A_new_network_is_its_first_and_last_layer()
    {
        using var device = Device.Cpu();
        using var random = new Rng(device, 2);
        var shapes = R3Architecture.For(32, 64, 64);
        using var g = new R3Generator(random, shapes);
        using var scope = device.Scope();
        using var noGrad = device.NoGrad();
        var zeros = g.NamedParameters().Where(static p => p.Tensor.ToArray().All(static v => v == 0)).Select(static p => p.Name);
        Assert.That(zeros.Count(static n => n.EndsWith("conv3.weight", StringComparison.Ordinal)), Is.EqualTo(8));
        Assert.That(zeros.Count(static n => n.EndsWith("bias", StringComparison.Ordinal)), Is.EqualTo(16));
        Assert.That(zeros.Count(), Is.EqualTo(24));
        var parameters = g.NamedParameters().ToDictionary(static p => p.Name, static p => p.Tensor);
        var z = random.Normal(new Shape(16, 64));
        var h = z.MatMul(parameters["start.weight"], transposeB: true).Reshape(16, 1, 1, 64) * parameters["start.maps"];
        for (int i = 0; i < 3; i++) h = h.Upsample2x(UpsampleMode.Binomial);
        Near.All(g.Forward(z).ToArray(), [.. h.Conv2d(parameters["rgb.weight"]).ToArray().Select(static v => (double)v)], 1e-5);
        // 2 · 8^-1/2 / 1.04 of a fan-in of 64, and of 16 · 9: eight blocks.
        double gain = 2 / 1.04 / Math.Sqrt(8);
        Assert.That(MeanSquare("stage2.block1.conv1.weight") * 64, Is.EqualTo(gain).Within(0.05 * gain));
        Assert.That(MeanSquare("stage2.block1.conv2.weight") * 16 * 9, Is.EqualTo(gain).Within(0.05 * gain));

        double MeanSquare(string name) => parameters[name].ToArray().Average(static v => (double)v * v);
    }

    [TestCase(48, 0, 0, "48x48")]
    [TestCase(32, 12, 0, "ngf is 12")]
    [TestCase(64, 0, 24, "ndf is 24")]
    [TestCase(256, 4, 0, "ngf is 4")]
    [TestCase(32, -8, 0, "ngf is -8")]
    public void What_has_no_architecture_is_refused_by_name(int size, int ngf, int ndf, string fragment) =>
        Assert.That(() => R3Architecture.For(size, ngf, ndf), Throws.ArgumentException.With.Message.Contains(fragment));
}
