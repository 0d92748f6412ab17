using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Metrics.Networks;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;
using Ssgan.Tests.Golden;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Metrics.Networks;

public sealed class DiscriminatorFeaturesTests
{
    static readonly Architecture Small = Architecture.For(32, 16, 16);

    static string[] Gans() => [.. GanCatalog.Names];

    /// <summary>The head's logit is an affine function of what it is said to see: of features that are equal, equal.</summary>
    [Test]
    public void They_are_what_the_head_sees()
    {
        using var device = Device.Cpu(1);
        using var random = new Rng(device, 3);
        using var d = new ResNetDiscriminator(random, Small);
        d.Train();
        byte[] pixels = Formula.Images("d", 5, 32);
        var before = d.StateDict().ToDictionary(static e => e.Key, static e => e.Value.ToArray());
        var network = new DiscriminatorFeatures(d, batch: 2);
        var (features, logits) = network.Read(pixels, 5, 32);
        Assert.That((network.Info.Dimensions, network.Info.Classes, logits.Length, d.Training), Is.EqualTo((16, 0, 0, true)));
        foreach (var (name, tensor) in d.StateDict()) Assert.That(tensor.ToArray(), Is.EqualTo(before[name]), name);

        d.Eval();
        using var scope = device.Scope();
        float[] images = [.. pixels.Select(static p => p / 127.5f - 1)];
        var output = d.Forward(device.From(images, new Shape(5, 32, 32, 3)));
        var head = (Linear)d.Modules().Single(m => m is Linear l && l.Weight.Shape[0] == 1);
        float[] expected = head.Forward(device.From(features, new Shape(5, 16))).ToArray();
        // Batches differ, and so do the rounding errors.
        GoldenCheck.Close(output.Logits.ToArray(), expected, 1e-4, "logits");
    }

    [TestCaseSource(nameof(Gans))]
    public void Every_gan_s_discriminator_tells_them(string name)
    {
        using var device = Device.Cpu(1);
        using var gan = SmallGans.Of(name).Create(device, 32, 3, new OptimisationSettings());
        var network = new DiscriminatorFeatures(gan.Networks.Select(static n => n.Module).OfType<Discriminator>().First());
        float[] features = network.Read(Formula.Images("d", 2, 32), 2, 32).Features;
        Assert.That(features, Has.Length.EqualTo(2 * network.Info.Dimensions).And.Some.Not.EqualTo(features[0]));
    }

    [Test]
    public void Images_of_another_size_are_refused()
    {
        using var device = Device.Cpu(1);
        using var random = new Rng(device, 3);
        using var d = new ResNetDiscriminator(random, Small);
        Assert.That(() => new DiscriminatorFeatures(d).Read(new byte[12], 1, 2),
            Throws.ArgumentException.With.Message.Contains("images of 32 pixels; these have 2"));
    }
}
