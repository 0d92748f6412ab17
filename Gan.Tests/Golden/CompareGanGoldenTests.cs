using Ssgan.Engine;
using Ssgan.Gan.Interop;
using Ssgan.Gan.Models;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Golden;

/// <summary>The networks of compare_gan and their gradients against PyTorch.</summary>
sealed class CompareGanGoldenTests
{
    // As for Mimicry's networks: F32 against rounded doubles.
    const double Tolerance = 5e-5;

    static readonly GoldenFile File = GoldenFile.Load("compare_gan32");

    static readonly Architecture s_shapes = Architecture.For(32, 6, 6) with { Latent = 8 };

    [TestCase("g", false)]
    [TestCase("g_spectral", true)]
    public void Generator_gives_pytorchs_images(string name, bool spectral)
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        using var random = new Rng(device, 1);
        using var network = new CompareGanGenerator(random, s_shapes, new() { SpectralNorm = spectral });
        File.AsFile($"{name}/state", path => MimicryWeights.Load(path, network));
        using var scope = device.Scope();
        var z = File.Tensor(device, $"{name}/z", requiresGrad: true);
        network.Eval();
        File.Matches(network.Forward(z), $"{name}/y_eval", Tolerance);
        network.Train();
        var y = network.Forward(z);
        File.Matches(y, $"{name}/y", Tolerance);
        File.Matches(Autograd.Grad([y], [z], [File.Tensor(device, $"{name}/dy")])[0], $"{name}/dz", Tolerance);
    }

    [Test]
    public void Discriminator_gives_pytorchs_logits_and_gradients()
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        using var random = new Rng(device, 1);
        using var network = new CompareGanDiscriminator(random, s_shapes with { HeadsIterateInEvaluation = false });
        File.AsFile("d/state", path => MimicryWeights.Load(path, network));
        using var scope = device.Scope();
        var x = File.Tensor(device, "d/x", requiresGrad: true);
        network.Eval();
        var (logit, rotation) = network.Forward(x);
        File.Matches(logit, "d/logit_eval", Tolerance);
        File.Matches(rotation, "d/rotation_eval", Tolerance);
        network.Train();
        (logit, rotation) = network.Forward(x);
        File.Matches(logit, "d/logit", Tolerance);
        ((logit * File.Tensor(device, "d/dlogit")).Sum() + (rotation! * File.Tensor(device, "d/drotation")).Sum()).Backward();
        File.Matches(x.Grad, "d/dx", Tolerance);
        File.GradientsMatch(MimicryWeights.Map(network), "d/grad", Tolerance);
        network.ZeroGrad();
        x.ZeroGrad();
    }

    [Test]
    public void Counts_are_those_of_its_published_widths()
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        using var random = new Rng(device, 1);
        using var generator = new CompareGanGenerator(random, Architecture.For(32));
        using var discriminator = new CompareGanDiscriminator(random, Architecture.For(32));
        // 128·4,096 + 4,096, three times three of 256·256·9 + 256 and two norms of 512, the last norm and 256·27 + 3.
        Assert.That(generator.ParameterCount, Is.EqualTo(5_849_603));
        // Two of 3·128·9 + 128, ten of 128·128·9 + 128, heads of 129 and 4·129.
        Assert.That(discriminator.ParameterCount, Is.EqualTo(1_483_653));
        foreach (var (name, tensor) in generator.NamedParameters().Where(static p => p.Tensor.Shape.Rank > 1))
        {
            float[] values = tensor.ToArray();
            double deviation = Math.Sqrt(values.Average(static v => (double)v * v));
            // Of the smallest layer, 6,912 numbers, the deviation of the deviation is 0.85% of it.
            Assert.That(deviation, Is.EqualTo(0.02).Within(0.001), name);
        }
        Assert.That(generator.NamedParameters().Where(static p => p.Name.EndsWith(".bias", StringComparison.Ordinal)
            && !p.Name.Contains(".b", StringComparison.Ordinal) && p.Name[0] != 'b').SelectMany(static p => p.Tensor.ToArray()),
            Has.All.Zero);
    }
}
