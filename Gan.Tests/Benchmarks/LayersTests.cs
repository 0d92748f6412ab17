using Ssgan.Benchmarks.Workloads;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;
using Ssgan.Gan.Models;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Benchmarks;

/// <summary>What the benchmarks take the networks to be made of, against the networks.</summary>
sealed class LayersTests
{
    const int Width = 16;

    [Test]
    public void GeneratorHasTheseConvolutionsAndNorms([Values(32, 48, 64, 128)] int side)
    {
        var a = Architecture.For(side, Width, Width);
        var backend = new RecordingBackend();
        using var device = new Device(backend);
        using var random = new Rng(device, 1);
        using var network = new ResNetGenerator(random, a);
        using (device.Scope())
        using (device.NoGrad()) network.Forward(random.Normal(new Shape(2, a.Latent)));
        Assert.That(backend.Convolutions.Select(Read), Is.EqualTo(Layers.Generator(a)));
        Assert.That(backend.Norms.Select(static s => (s[1], s[3])), Is.EqualTo(Layers.Norms(a)));
        Assert.That(Layers.GeneratorParameters(a), Is.EquivalentTo(network.Parameters.Select(static p => (int)p.Count)));
    }

    [Test]
    public void DiscriminatorHasTheseConvolutionsAndMatrices([Values(32, 48, 64, 128)] int side)
    {
        var a = Architecture.For(side, Width, Width);
        var backend = new RecordingBackend();
        using var device = new Device(backend);
        using var random = new Rng(device, 1);
        using var network = new ResNetDiscriminator(random, a);
        using (device.Scope())
        using (device.NoGrad()) network.Forward(random.Normal(new Shape(1, side, side, 3)));
        Assert.That(backend.Convolutions.Select(Read), Is.EqualTo(Layers.Discriminator(a)));
        var (u, v) = (Sizes(network, ".u"), Sizes(network, ".v"));
        Assert.That(Layers.Spectral(a), Is.EqualTo(u.Zip(v)));
        Assert.That(Layers.DiscriminatorParameters(a), Is.EquivalentTo(network.Parameters.Select(static p => (int)p.Count)));
    }

    [Test]
    public void EveryConvolutionThatDiffersIsThereOnce()
    {
        var all = Suite.All.Single(static s => s.Name == "Convolution").Items(new Variant(false, "f32"))
            .Select(static w => w.Name).ToList();
        Assert.That(all, Is.Unique);
        int layers = new[] { 32, 64, 128 }.Select(static s => Architecture.For(s))
            .SelectMany(static a => Layers.Generator(a).Concat(Layers.Discriminator(a))).Distinct().Count();
        Assert.That(all, Has.Count.EqualTo(3 * layers).And.Member("conv3x3/f32/c256s32n16/fwd").And.Member(
            "conv1x1/f32/c512-1024s4n16/wgrad"));
    }

    static ConvLayer Read((Shape Images, Shape Filters) c) => new(c.Images[1], c.Filters[3], c.Filters[0], c.Filters[1]);

    static IEnumerable<int> Sizes(Module network, string ending) =>
        network.NamedBuffers().Where(b => b.Name.EndsWith(ending, StringComparison.Ordinal))
            .Select(static b => (int)b.Tensor.Count);
}
