using Ssgan.Engine;
using Ssgan.Gan.Interop;
using Ssgan.Gan.Models;

namespace Ssgan.Tests.Golden;

/// <summary>Both SSGAN-32 networks at width 16 against PyTorch: outputs, all gradients, and the files' way in and out.</summary>
public sealed class NetworkGoldenTests
{
    /// <summary>
    /// PyTorch's own float32 stays within 1.2e-5 of a tensor's largest value; this leaves room for another order of summing.
    /// </summary>
    const double Tolerance = 5e-5;

    static readonly GoldenFile File = GoldenFile.Load("ssgan32");
    static readonly Architecture Small = Architecture.For(32, 16, 16) with { Latent = 32 };

    [Test]
    public void Generator_gives_pytorchs_images_and_gradients()
    {
        using var device = Device.Cpu();
        using var rng = new Rng(device, 1);
        using var generator = new ResNetGenerator(rng, Small);
        File.AsFile("g/state", path => MimicryWeights.Load(path, generator));
        using var scope = device.Scope();

        generator.Eval();
        File.Matches(generator.Forward(File.Tensor(device, "g/z")), "g/y_eval", Tolerance);

        generator.Train();
        var z = File.Tensor(device, "g/z", requiresGrad: true);
        var y = generator.Forward(z);
        File.Matches(y, "g/y", Tolerance);
        y.Backward(File.Tensor(device, "g/dy"));
        File.Matches(z.Grad, "g/dz", Tolerance);
        var map = MimicryWeights.Map(generator);
        File.GradientsMatch(map, "g/grad", Tolerance);
        Assert.That(map.Count(e => File.Contains($"g/grad/{e.Key}")), Is.EqualTo(generator.NamedParameters().Count()),
            "every parameter's gradient is compared");
    }

    [TestCase("d", true)]
    [TestCase("d_exact", false)]
    public void Discriminator_gives_pytorchs_logits_and_gradients(string test, bool shortcutFromRelu)
    {
        using var device = Device.Cpu();
        using var rng = new Rng(device, 1);
        using var discriminator = new ResNetDiscriminator(rng, Small, new() { ShortcutFromRelu = shortcutFromRelu });
        File.AsFile("d/state", path => MimicryWeights.Load(path, discriminator));
        using var scope = device.Scope();
        string images = File.Contains($"{test}/x") ? $"{test}/x" : "d/x";

        discriminator.Eval();
        var evaluated = discriminator.Forward(File.Tensor(device, images));
        File.Matches(evaluated.Logits, $"{test}/logit_eval", Tolerance);
        File.Matches(evaluated.Rotation, $"{test}/rotation_eval", Tolerance);

        discriminator.Train();
        var x = File.Tensor(device, images, requiresGrad: true);
        var (logits, rotation) = discriminator.Forward(x);
        File.Matches(logits, $"{test}/logit", Tolerance);
        File.Matches(rotation, $"{test}/rotation", Tolerance);
        string upstream = File.Contains($"{test}/dlogit") ? test : "d";
        ((logits * File.Tensor(device, $"{upstream}/dlogit")).Sum()
            + (rotation! * File.Tensor(device, $"{upstream}/drotation")).Sum()).Backward();
        File.Matches(x.Grad, $"{test}/dx", Tolerance);
        var map = MimicryWeights.Map(discriminator);
        File.GradientsMatch(map, $"{test}/grad", Tolerance);
        Assert.That(map.Count(e => File.Contains($"{test}/grad/{e.Key}")), Is.EqualTo(discriminator.NamedParameters().Count()),
            "every parameter's gradient is compared");
        foreach (var entry in map.Where(e => File.Contains($"{test}/after/{e.Key}")))
            GoldenCheck.Close(entry.ToFile(entry.Tensor.ToArray()), File.F32($"{test}/after/{entry.Key}"), Tolerance, entry.Key);
    }
}
