using Ssgan.Engine;
using Ssgan.Gan.Models;
using Ssgan.Tests.Golden;
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
            using var plain = new ResNetDiscriminator(random, Architecture.For(size), new() { RotationClasses = 0 });
            Assert.That(plain.ParameterCount, Is.EqualTo(discriminator - head));
        }
    }

    // Buffers of spectral norm, of which PyTorch's keeps u and v.
    [TestCase(32, 4_276_739, 1_053_825, 9_631)]
    [TestCase(48, 4_878_083, 10_141_441, 24_863)]
    [TestCase(64, 12_220_675, 10_141_441, 24_863)]
    [TestCase(128, 32_150_787, 29_017_857, 45_343)]
    public void So_do_those_of_sngan_and_wgan_gp(int size, long generator, long discriminator, long buffers)
    {
        using var device = Device.Cpu();
        using var leaks = new NoLeaks(device);
        using var random = new Rng(device, 1);
        using (var g = new ResNetGenerator(random, Zoo.WganGp(size), Zoo.WganGpGenerator))
            Assert.That(g.ParameterCount, Is.EqualTo(generator));
        using (var d = new ResNetDiscriminator(random, Zoo.Sngan(size), Zoo.SnganDiscriminator))
        {
            Assert.That(d.ParameterCount, Is.EqualTo(discriminator));
            Assert.That(d.NamedBuffers().Sum(static b => b.Tensor.Count), Is.EqualTo(buffers));
        }
        using (var d = new ResNetDiscriminator(random, Zoo.WganGp(size), Zoo.WganGpDiscriminator))
        {
            Assert.That(d.ParameterCount, Is.EqualTo(discriminator));
            Assert.That(d.NamedBuffers(), Is.Empty);
        }
    }

    [Test]
    public void Shortcuts_and_the_last_filters_of_wgan_gp_are_drawn_as_pytorch_draws_them()
    {
        using var device = Device.Cpu();
        using var random = new Rng(device, 1);
        using var g = new ResNetGenerator(random, Zoo.WganGp(64, 64, 64), Zoo.WganGpGenerator);
        using var d = new ResNetDiscriminator(random, Zoo.WganGp(64, 64, 64), Zoo.WganGpDiscriminator);
        int own = 0;
        foreach (var (name, tensor) in g.NamedParameters().Concat(d.NamedParameters()))
        {
            if (!name.EndsWith("weight", StringComparison.Ordinal) || tensor.Shape.Rank != 4) continue;
            int area = tensor.Shape[1] * tensor.Shape[2], inputs = tensor.Shape[3] * area, outputs = tensor.Shape[0] * area;
            bool isOwn = name.Contains("c_sc", StringComparison.Ordinal) || name == "c6.weight";
            double bound = isOwn ? 1 / Math.Sqrt(inputs) : Math.Sqrt(2) * Math.Sqrt(6.0 / (inputs + outputs));
            Assert.That(tensor.ToArray().Max(Math.Abs), Is.InRange(bound * 0.8, bound * 1.000001), name);
            own += isOwn ? 1 : 0;
        }
        Assert.That(own, Is.EqualTo(4 + 1 + 5));
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
