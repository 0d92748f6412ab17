using Ssgan.Engine.Optim.Schedules;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Training;

/// <summary>How the averaged generator follows: by a decay or a half-life, from a step on.</summary>
sealed class AveragingTests
{
    [Test]
    public void A_half_life_loses_half_in_its_images()
    {
        var settings = new OptimisationSettings { Batch = 64, EmaHalfLife = 0.64 };
        float rest = settings.AverageRest().At(5);
        // Ten updates of 64 images are 640.
        Assert.That(Math.Pow(1 - rest, 10), Is.EqualTo(0.5).Within(1e-6));
        Assert.That(settings.KeepsAverage);
    }

    [Test]
    public void Until_its_start_the_average_is_a_copy()
    {
        Assert.That(new OptimisationSettings { EmaDecay = 0.75f, EmaStart = 3 }.AverageRest(),
            Is.EqualTo(new StepChange(1, 0.25f, 3)));
        using var temp = new TempFolder();
        var options = TrainingRun.Tiny with { Optimisation = TrainingRun.Tiny.Optimisation with { EmaStart = 3 } };
        using var run = new TrainingRun(temp["run"], options);
        var distances = new List<double>();
        run.AfterStep = _ =>
        {
            var networks = run.Step.Networks.ToDictionary();
            distances.Add(networks["g"].Parameters.Zip(networks["g_ema"].Parameters, static (p, a) =>
                p.ToArray().Zip(a.ToArray(), static (x, y) => (double)Math.Abs(x - y)).Max()).Max());
        };
        run.Trainer.Run();
        // a + (p − a) rounds.
        Assert.That(distances.Take(3), Has.All.LessThan(1e-7));
        Assert.That(distances.Skip(3), Has.All.GreaterThan(1e-6));
    }

    [TestCase(0.9f, 5, 0, "emaHalfLife is 5, and emaDecay is 0.9; an average takes one of the two.")]
    [TestCase(0, -1, 0, "emaHalfLife is -1; it must be finite, 0 or more.")]
    [TestCase(0, 0, 7, "emaStart is 7, and nothing is averaged; emaDecay or emaHalfLife averages.")]
    [TestCase(0.9f, 0, -1, "emaStart is -1; it must be 0 or more steps.")]
    public void What_does_not_go_together_is_refused(float decay, double halfLife, long start, string sentence) =>
        Assert.That(() => new TrainOptions
        {
            Optimisation = new() { EmaDecay = decay, EmaHalfLife = halfLife, EmaStart = start },
        }.Validate(), Throws.TypeOf<TrainingException>().With.Message.EqualTo(sentence));
}
