using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Losses;
using Ssgan.Gan.Models;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Training;

/// <summary>All images of an update as one batch of the discriminator, against one batch after the other.</summary>
sealed class OnePassTests
{
    const int Batch = 4, Latent = 8;

    [TestCase(RotationBatch.Quarters)]
    [TestCase(RotationBatch.FourAnglesOfAQuarter)]
    public void With_power_iterations_at_rest_losses_and_gradients_are_those_of_separate_passes(RotationBatch rotation)
    {
        using var device = Device.Cpu();
        var separate = Update(device, rotation, onePass: false);
        var joint = Update(device, rotation, onePass: true);
        Assert.That(joint.Select(static t => t.Name), Is.EqualTo(separate.Select(static t => t.Name)));
        Assert.That(joint.Count(static t => t.Name.EndsWith(".m", StringComparison.Ordinal)), Is.GreaterThan(40));
        foreach (var ((name, actual), (_, expected)) in joint.Zip(separate))
        {
            // Sums over another number of images round otherwise; u and v have come to rest up to rounding alone. Of a bias
            // before a batch norm the gradient is rounding alone.
            double scale = Math.Max(5e-2, expected.Max(static x => Math.Abs(x)));
            for (int i = 0; i < expected.Length; i++)
                Assert.That(actual[i], Is.EqualTo(expected[i]).Within(2e-5 * scale), $"{name}, element {i}");
        }
    }

    [Test]
    public void Power_iterations_advance_once_per_update()
    {
        using var device = Device.Cpu();
        using var step = Step(device, RotationBatch.Quarters, onePass: true);
        using var other = Step(device, RotationBatch.Quarters, onePass: false);
        using var scope = device.Scope();
        step.TrainDiscriminator(RealBatch.Of(Images(device)), Noise(device));
        other.Discriminator.Forward(Images(device));
        float[] U(SsganStep s) => s.Discriminator.NamedBuffers().First(static b => b.Name.EndsWith('u')).Tensor.ToArray();
        Assert.That(U(step), Is.EqualTo(U(other)));
    }

    /// <summary>The losses of an update of each network and, as Adam's decay of the mean is 0, all gradients.</summary>
    static List<(string Name, float[] Values)> Update(Device device, RotationBatch rotation, bool onePass)
    {
        using var step = Step(device, rotation, onePass);
        using (device.NoGrad())
        {
            for (int i = 0; i < 3000; i++)
            {
                using var scope = device.Scope();
                step.Discriminator.Forward(Images(device));
            }
        }
        using var outer = device.Scope();
        // The second update is to see the same networks as the first.
        step.SetLearningRate(0);
        step.TrainGenerator(Noise(device));
        step.TrainDiscriminator(RealBatch.Of(Images(device)), Noise(device));
        return
        [
            .. step.Stats.Take().Select(static m => (m.Name, new[] { (float)m.Mean })),
            .. step.Optimizers.SelectMany(static o => o.Optimizer.NamedState.Where(static t => t.Name.EndsWith(".m",
                StringComparison.Ordinal))
                .Select(t => ($"{o.Name}.{t.Name}", t.Tensor.ToArray()))),
        ];
    }

    static SsganStep Step(Device device, RotationBatch rotation, bool onePass) =>
        new(device, Architecture.For(32, 8, 8) with { Latent = Latent },
            new SsganOptions { OnePass = onePass, RotationBatch = rotation },
            new() { Seed = 5 });

    static Tensor Images(Device device) => device.From(Make.Numbers(Batch * 32 * 32 * 3, 3), new Shape(Batch, 32, 32, 3));

    static Tensor Noise(Device device) => device.From(Make.Numbers(Batch * Latent, 4), new Shape(Batch, Latent));
}
