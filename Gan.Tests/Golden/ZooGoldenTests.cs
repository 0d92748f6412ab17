using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Interop;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Models;
using Ssgan.Gan.Training;

namespace Ssgan.Tests.Golden;

/// <summary>
/// The networks of SNGAN and WGAN-GP are SSGAN's with other options: at 48, 64 and 128 pixels against PyTorch.
/// </summary>
public sealed class ZooGoldenTests
{
    /// <summary>
    /// Of a tensor's largest value: PyTorch's own float32 stays within 2e-6, and this leaves room for another order of summing.
    /// </summary>
    const double Tolerance = 2e-5;

    static readonly GoldenFile File = GoldenFile.Load("zoo_nets");

    [TestCase(48)]
    [TestCase(64)]
    [TestCase(128)]
    public void Generator_gives_pytorchs_images(int size)
    {
        using var device = Device.Cpu();
        using var rng = new Rng(device, 1);
        using var generator = new ResNetGenerator(rng, Zoo.Sngan(size, 16, 16) with { Latent = 8 }, Zoo.WganGpGenerator);
        File.AsFile($"g{size}/state", path => MimicryWeights.Load(path, generator));
        using var scope = device.Scope();
        generator.Eval();
        Near(generator.Forward(File.Tensor(device, $"g{size}/z")), $"g{size}/y_eval");
    }

    [TestCase("sngan", 48)]
    [TestCase("sngan", 64)]
    [TestCase("sngan", 128)]
    [TestCase("wgan_gp", 48)]
    [TestCase("wgan_gp", 64)]
    [TestCase("wgan_gp", 128)]
    public void Discriminator_gives_pytorchs_logits(string gan, int size)
    {
        using var device = Device.Cpu();
        using var rng = new Rng(device, 1);
        using var discriminator = gan == "sngan"
            ? new ResNetDiscriminator(rng, Zoo.Sngan(size, 16, 16), Zoo.SnganDiscriminator)
            : new ResNetDiscriminator(rng, Zoo.WganGp(size, 16, 16), Zoo.WganGpDiscriminator);
        string test = $"{gan}{size}";
        File.AsFile($"{test}/state", path => MimicryWeights.Load(path, discriminator));
        using var scope = device.Scope();
        using var noGrad = device.NoGrad();
        byte[] pixels = GoldenFile.ChannelsLast(File.U8($"images{size}/x"), 2, 3, size, size);
        var images = Pixels.ToImages(device.From(pixels, new Shape(2, size, size, 3)));

        discriminator.Eval();
        var (evaluated, rotation) = discriminator.Forward(images);
        Assert.That(rotation, Is.Null);
        Near(evaluated, $"{test}/logit_eval");

        discriminator.Train();
        Near(discriminator.Forward(images).Logits, $"{test}/logit");
        var after = MimicryWeights.Map(discriminator)
            .Where(e => File.Contains($"{test}/after/{e.Key}")).ToList();
        // u and v of every weight that has a bias as well, or none of any.
        Assert.That(after, Has.Count.EqualTo(gan == "sngan" ? discriminator.NamedParameters().Count() : 0));
        foreach (var entry in after) Near(entry.ToFile(entry.Tensor.ToArray()), $"{test}/after/{entry.Key}");
    }

    static void Near(Tensor actual, string name)
    {
        var (expected, shape) = File.ChannelsLast(name);
        Assert.That(actual.Shape, Is.EqualTo(new Shape(shape)), name);
        GoldenCheck.CloseAbsolute(actual.ToArray(), expected, Tolerance * expected.Max(Math.Abs), name);
    }

    static void Near(float[] actual, string name)
    {
        float[] expected = File.F32(name);
        GoldenCheck.CloseAbsolute(actual, expected, Tolerance * expected.Max(Math.Abs), name);
    }
}

/// <summary>What Mimicry's SNGAN and WGAN-GP set otherwise than SSGAN.</summary>
static class Zoo
{
    public static DiscriminatorOptions SnganDiscriminator => new SnganOptions().DiscriminatorVariant(0);

    public static DiscriminatorOptions WganGpDiscriminator => new WganGpOptions().DiscriminatorVariant(0);

    public static GeneratorOptions WganGpGenerator => new WganGpOptions().GeneratorVariant(0);

    public static Architecture Sngan(int size, int ngf = 0, int ndf = 0) =>
        new SnganOptions { Ngf = ngf, Ndf = ndf }.Architecture(size);

    public static Architecture WganGp(int size, int ngf = 0, int ndf = 0) =>
        new WganGpOptions { Ngf = ngf, Ndf = ndf }.Architecture(size);
}
