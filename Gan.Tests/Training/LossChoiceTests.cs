using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Losses;
using Ssgan.Gan.Settings;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Training;

/// <summary>Every GAN of the catalog with every loss that it allows, and the refusal of others.</summary>
sealed class LossChoiceTests
{
    const int Batch = 4, Classes = 3;

    static IEnumerable<TestCaseData> Choices => GanCatalog.Entries.SelectMany(static e =>
        e.Defaults.Losses.Select(l => new TestCaseData(e.Name, l)));

    static IEnumerable<TestCaseData> Others => GanCatalog.Entries.SelectMany(static e =>
        AdversarialLoss.All.Select(static l => l.Name).Except(e.Defaults.Losses).Select(l => new TestCaseData(e.Name, l)));

    [TestCaseSource(nameof(Choices))]
    public void A_step_is_finite_and_moves_both_networks(string gan, string loss)
    {
        using var device = Device.Cpu(1);
        var options = SmallGans.Of(gan) with { Loss = loss };
        options.Validate(new Check(), Batch);
        using var step = options.Create(device, 32, Classes, new OptimisationSettings { Batch = Batch, Seed = 5 });
        float[][] before = Values(step);
        using (device.Scope())
        {
            using var random = new Rng(device, 1);
            var labels = step.Classes == 0 ? null : random.Integers(new Shape(Batch), step.Classes);
            // Pale images: without normalisation the first logits are sums over pixels, and could saturate a loss.
            var real = RealBatch.Of(random.Uniform(new Shape(Batch, 32, 32, 3), -0.1f, 0.1f), labels);
            step.TrainDiscriminator(real);
            if (step.GeneratorSeesReals) step.TrainGenerator(real);
            else step.TrainGenerator(Batch);
        }
        var stats = step.Stats.Take();
        Assert.That(stats.Select(static s => s.Mean), Has.All.Matches<double>(double.IsFinite));
        float[][] after = Values(step);
        Assert.That(after.SelectMany(static v => v), Has.All.Matches<float>(float.IsFinite));
        string[] names = [.. step.Networks.Select(static n => n.Name)];
        for (int i = 0; i < names.Length; i++)
        {
            // Of logits far above 0, as of u and v that have not settled, the non-saturating loss has no gradient.
            bool saturated = loss == "ns" && names[i] == "g" && stats.Single(static s => s.Name == "grad_norm_g").Mean == 0;
            if (!saturated) Assert.That(after[i], Is.Not.EqualTo(before[i]), names[i]);
        }
    }

    /// <summary>Both penalties reach the discriminator's weights, also where the images go through it with turned ones.</summary>
    [TestCase("sngan", false)]
    [TestCase("ssgan", false)]
    [TestCase("ssgan", true)]
    public void Pairs_bring_penalties_along(string gan, bool onePass)
    {
        using var device = Device.Cpu(1);
        var (without, none) = Update(0);
        var (with, reported) = Update(10);
        Assert.That(none.Concat(reported).Where(static s => s.Name is "loss_d_r1" or "loss_d_r2").Select(static s => s.Mean),
            Has.Exactly(4).Items.And.All.GreaterThan(0));
        Assert.That(with, Is.Not.EqualTo(without));

        (float[] Weights, List<(string Name, double Mean)> Stats) Update(float gamma)
        {
            var options = SmallGans.Of(gan) with { Loss = "rpgan", Gamma = gamma };
            if (options is RotationGanOptions turning) options = turning with { OnePass = onePass };
            using var step = (AdversarialStep)options.Create(device, 32, 0, new OptimisationSettings { Batch = Batch, Seed = 5 });
            using var random = new Rng(device, 1);
            using (device.Scope())
                step.TrainDiscriminator(RealBatch.Of(random.Uniform(new Shape(Batch, 32, 32, 3), -1, 1)));
            float[] weights = [.. step.Discriminator.Parameters.SelectMany(static p => p.ToArray())];
            return (weights, [.. step.Stats.Take().Select(static s => (s.Name, s.Mean))]);
        }
    }

    [TestCaseSource(nameof(Others))]
    public void Another_loss_is_refused_by_name(string gan, string loss) =>
        Assert.That(() => (SmallGans.Of(gan) with { Loss = loss }).Validate(new Check(), Batch),
            Throws.TypeOf<TrainingException>().With.Message.StartsWith($"loss is {loss}, and {gan} takes "));

    static float[][] Values(GanStep step) =>
        [.. step.Networks.Select(static n => n.Module.Parameters.SelectMany(static p => p.ToArray()).ToArray())];
}
