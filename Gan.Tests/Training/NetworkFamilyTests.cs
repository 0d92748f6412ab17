using Ssgan.Engine;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Training;

/// <summary>The networks of compare_gan as an option of every GAN on residual networks.</summary>
sealed class NetworkFamilyTests
{
    static IEnumerable<GanEntry> Gans => GanCatalog.Entries.Where(static e =>
        e.Defaults is ResNetGanOptions { IsConditional: false } and not InfoMaxOptions);

    static TrainOptions With(GanEntry gan, NetworkFamily networks, bool spectral) => TrainingRun.Tiny with
    {
        Gan = (ResNetGanOptions)(gan.Defaults with { Ngf = 4, Ndf = 4 }) with
        {
            Networks = networks, Latent = LatentDistribution.Uniform, GeneratorSpectral = spectral,
        },
    };

    [TestCaseSource(nameof(Gans))]
    public void They_are_saved_made_and_trained(GanEntry gan)
    {
        using var temp = new TempFolder();
        var options = With(gan, NetworkFamily.CompareGan, spectral: true).With(steps: 1);
        Assert.That(TrainOptions.FromJson(options.ToJson(), "a.json"), Is.EqualTo(options));
        using (var run = new TrainingRun(temp["run"], options))
        {
            Assert.That(run.Step.Generator, Is.InstanceOf<CompareGanGenerator>());
            Assert.That(run.Step.Discriminator, Is.InstanceOf<CompareGanDiscriminator>());
            Assert.That(run.Step.Layers(4).Select(static l => l.Rows.Count), Has.All.GreaterThan(8));
            using var scope = run.Step.Device.Scope();
            float[] noise = run.Step.Noise(run.Step.Random, 64).Z.ToArray();
            Assert.That(noise, Has.All.InRange(-1f, 1f));
            Assert.That(noise.Max() - noise.Min(), Is.GreaterThan(1.9));
            run.Trainer.Run();
        }
        using var device = Device.Cpu(1);
        using var trained = TrainedGenerator.Open(device, temp["run"]);
        Assert.That(trained.Draw(1, 2), Has.Length.EqualTo(2 * 32 * 32 * 3));
    }

    [TestCase("infomax", "networks is CompareGan, and infomax has a discriminator of its own.")]
    [TestCase("cgan-pd", "networks is compare_gan, whose networks know no classes here, and cgan-pd is told them.")]
    public void Networks_of_its_own_stay(string gan, string sentence) =>
        Assert.That(() => With(GanCatalog.Of(gan), NetworkFamily.CompareGan, spectral: false).Validate(),
            Throws.TypeOf<TrainingException>().With.Message.EqualTo(sentence));

    [Test]
    public void Mimicrys_generator_takes_spectral_norm()
    {
        using var device = Device.Cpu(1);
        using var step = (AdversarialStep)With(GanCatalog.Of("sngan"), NetworkFamily.Mimicry, spectral: true).CreateStep(device);
        Assert.That(step.Generator.Modules().OfType<Engine.Nn.SpectralNorm>().Count(), Is.EqualTo(11), "l1, c5, 3 of 3 blocks");
    }
}
