using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Models;

/// <summary>Networks that know classes, or whose batch norms go by the noise; and what is refused of them.</summary>
sealed class ConditionalNetworkTests
{
    const int Count = 3, Classes = 4;
    Device _device = null!;
    Rng _random = null!;

    [SetUp]
    public void Open()
    {
        _device = Device.Cpu(1);
        _random = new Rng(_device, 4);
    }

    [TearDown]
    public void Close()
    {
        _random.Dispose();
        _device.Dispose();
    }

    [TestCase("cgan-pd", 32, 8)]
    [TestCase("cgan-pd", 128, 16)]
    [TestCase("sagan", 32, 8)]
    [TestCase("sagan", 128, 64)]
    public void Class_and_noise_both_matter(string gan, int size, int width)
    {
        var options = (ResNetGanOptions)GanCatalog.Of(gan).Defaults with { Ngf = width, Ndf = width };
        using var g = options.CreateGenerator(_random, size, Classes);
        using var d = options.CreateDiscriminator(_random, options.Architecture(size), Classes, DType.F32);
        using var scope = _device.Scope();
        using var noGrad = _device.NoGrad();
        var z = _random.Normal(new Shape(Count, g.LatentSize));
        Tensor zeros = _device.From([0, 0, 0], new Shape(Count)), others = _device.From([1, 2, 3], new Shape(Count));
        // u and v come to rest, and running statistics move.
        for (int i = 0; i < 5; i++) d.Forward(g.Forward(new(z, zeros)), zeros);
        g.Eval();
        d.Eval();
        var images = g.Forward(new(z, zeros));
        Assert.That(images.Shape, Is.EqualTo(new Shape(Count, size, size, 3)));
        Assert.That(images.ToArray(), Is.Not.EqualTo(g.Forward(new(z, others)).ToArray()));
        Assert.That(images.ToArray(), Is.Not.EqualTo(g.Forward(new(z * 2, zeros)).ToArray()));
        float[] judged = d.Forward(images, zeros).Logits.ToArray();
        Assert.That(judged, Is.Not.EqualTo(d.Forward(images, others).Logits.ToArray()));
        Assert.That(judged, Has.All.Matches<float>(float.IsFinite));
        Assert.That(() => g.Forward(z), Throws.ArgumentException.With.Message.Contains("needs labels"));
        Assert.That(() => d.Forward(images), Throws.ArgumentException.With.Message.Contains("needs labels"));
        Assert.That(g.Layers(2).Concat(d.Layers(2)).Where(static r => !r.IsPart).Sum(static r => r.Parameters),
            Is.EqualTo(g.ParameterCount + d.ParameterCount));
    }

    [TestCase(48)]
    [TestCase(64)]
    public void Sizes_without_such_networks_are_refused(int size)
    {
        foreach (var options in (ResNetGanOptions[])[new CganPdOptions(), new SaganOptions()])
            Assert.That(() => options.CheckShapes(size), Throws.ArgumentException.With.Message.EqualTo(
                $"size is {size}; there is no architecture of {options.Model} for images of {size}x{size}, only for 32, 128."));
    }

    [Test]
    public void Too_few_channels_for_attention_are_refused_by_name()
    {
        Assert.That(() => new SaganOptions { Ngf = 4 }.CheckShapes(32), Throws.ArgumentException.With.Message.EqualTo(
            "ngf is 4; self-attention would stand behind 4 channels there, and it needs at least 8."));
        Assert.That(() => new SaganOptions { Ndf = 32 }.CheckShapes(128, static n => "--" + n), Throws.ArgumentException
            .With.Message.StartsWith("--ndf is 32; self-attention would stand behind 4 channels"));
        Assert.That(() => new SaganOptions().CheckShapes(128), Throws.Nothing);
    }

    [TestCase("cgan-pd")]
    [TestCase("sagan")]
    public void Without_classes_there_is_no_such_gan(string gan) =>
        Assert.That(() => SmallGans.Of(gan).Create(_device, 32, 0, new()), Throws.ArgumentException.With.Message.EqualTo(
            $"{gan} is told the classes of images, and there are none."));

    [Test]
    public void Self_modulation_sends_the_noise_to_every_batch_norm()
    {
        var options = (ResNetGanOptions)SmallGans.Of("sngan" + SmallGans.SelfModulated);
        options.Validate(new Check(), Count);
        using var g = options.CreateGenerator(_random, 32, 0);
        Assert.That(g.Modules().OfType<SelfModulatedBatchNorm2d>().Count(), Is.EqualTo(7));
        Assert.That(g.Modules().OfType<BatchNorm2d>(), Is.Empty);
        using var scope = _device.Scope();
        g.Forward(_random.Normal(new Shape(Count, g.LatentSize))).Sum().Backward();
        foreach (var (name, parameter) in g.NamedParameters())
            Assert.That(parameter.Grad, Is.Not.Null, name);
        Assert.That(g.NamedParameters().Where(static p => p.Name.EndsWith("hidden.weight", StringComparison.Ordinal))
            .Select(static p => p.Tensor.Grad!.ToArray().Any(static v => v != 0)), Is.All.True);
    }

    [TestCase("cgan-pd")]
    [TestCase("sagan")]
    public void Self_modulation_is_refused_where_there_are_classes(string gan)
    {
        var options = (ResNetGanOptions)GanCatalog.Of(gan).Defaults with { SelfModulated = true };
        Assert.That(() => options.Validate(new Check(), 4), Throws.TypeOf<TrainingException>().With.Message.EqualTo(
            $"selfModulated is on, and the batch norms of {gan} go by the class instead of the noise."));
        Assert.That(() => options.CreateGenerator(_random, 32, 4), Throws.ArgumentException);
    }

    [Test]
    public void Rotations_and_classes_are_not_one_head()
    {
        Assert.That(() => new ResNetDiscriminator(_random, Architecture.For(32, 4, 4), new() { Classes = 3 }),
            Throws.ArgumentException.With.Message.Contains("not both"));
    }

    [Test]
    public void Infomax_contrasts_places_of_rectified_features()
    {
        using var d = new InfoMaxDiscriminator(_random, new InfoMaxOptions { Ndf = 4 }.Architecture(32), 6);
        using var scope = _device.Scope();
        using var noGrad = _device.NoGrad();
        var output = d.Forward(_random.Normal(new Shape(Count, 32, 32, 3)));
        var (local, global) = d.Project(output);
        Assert.That((output.Local!.Shape, output.Global!.Shape, local.Shape, global.Shape), Is.EqualTo((new Shape(Count, 8, 8, 4),
            new Shape(Count, 4), new Shape(Count, 8, 8, 6), new Shape(Count, 6))));
        Assert.That(output.Local.ToArray().Min(), Is.Zero);
        Assert.That(() => d.Project(new(output.Logits)), Throws.ArgumentException.With.Message.Contains("no features"));
        Assert.That(d.Layers(2).Where(static r => !r.IsPart).Sum(static r => r.Parameters), Is.EqualTo(d.ParameterCount));
    }
}
