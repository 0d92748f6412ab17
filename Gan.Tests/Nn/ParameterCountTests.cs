using Ssgan.Engine;
using Ssgan.Gan.Models;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Nn;

/// <summary>The networks have exactly as many trained values as the published ones.</summary>
sealed class ParameterCountTests
{
    [TestCase(32, 4_276_739, 1_054_341)]
    [TestCase(48, 4_878_083, 10_145_541)]
    [TestCase(64, 12_220_675, 10_145_541)]
    [TestCase(128, 32_150_787, 29_021_957)]
    public void Counts_equal_the_published_ones(int size, long generator, long discriminator)
    {
        using var device = Device.Cpu();
        using var leaks = new NoLeaks(device);
        using var random = new Rng(device, 1);
        using (var g = new ResNetGenerator(random, Architecture.For(size))) Assert.That(g.ParameterCount, Is.EqualTo(generator));
        using (var d = new ResNetDiscriminator(random, Architecture.For(size)))
        {
            Assert.That(d.ParameterCount, Is.EqualTo(discriminator));
            long head = d.NamedParameters().Where(p => p.Name.StartsWith("l_y.", StringComparison.Ordinal))
                .Sum(p => p.Tensor.Count);
            using var plain = new ResNetDiscriminator(random, Architecture.For(size), new() { RotationHead = false });
            Assert.That(plain.ParameterCount, Is.EqualTo(discriminator - head));
        }
    }

    [TestCase(32)]
    [TestCase(48)]
    [TestCase(64)]
    [TestCase(128)]
    public void A_narrow_network_maps_noise_to_images_and_images_to_verdicts(int size)
    {
        using var device = Device.Cpu();
        using var leaks = new NoLeaks(device);
        using var random = new Rng(device, 1);
        var architecture = Architecture.For(size, 16, 16);
        using var g = new ResNetGenerator(random, architecture);
        using var d = new ResNetDiscriminator(random, architecture);
        using var scope = device.Scope();
        using var noGrad = device.NoGrad();
        var images = g.Forward(random.Normal(new(2, 128)));
        Assert.That(images.Shape, Is.EqualTo(new Engine.Kernels.Shape(2, size, size, 3)));
        Assert.That(images.ToArray().Max(Math.Abs), Is.LessThanOrEqualTo(1));
        var (logits, rotation) = d.Forward(images);
        Assert.That((logits.Shape, rotation!.Shape),
            Is.EqualTo((new Engine.Kernels.Shape(2, 1), new Engine.Kernels.Shape(2, 4))));
        Assert.That(() => d.Forward(images.Slice(1, 0, size - 1)),
            Throws.ArgumentException.With.Message.Contains($"(N, {size}, {size}, 3)"));
    }

    [TestCase(40, 0, 0, "40x40")]
    [TestCase(64, 24, 0, "ngf is 24")]
    [TestCase(48, 0, 40, "ndf is 40")]
    [TestCase(32, -1, 0, "ngf is -1")]
    public void What_has_no_architecture_is_refused_by_name(int size, int ngf, int ndf, string fragment) =>
        Assert.That(() => Architecture.For(size, ngf, ndf), Throws.ArgumentException.With.Message.Contains(fragment));
}
