using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Runner;

/// <summary>The options for small sets on the command line.</summary>
sealed class SmallDataOptionTests
{
    [Test]
    public void They_stand_in_the_configuration()
    {
        using var scratch = new TempFolder();
        var printed = Shell.Train(scratch["run"], "--steps", "1", "--augment", "translation,cutout", "--lecam", "0.3",
            "--ema-start", "5");
        Assert.That(printed.Code, Is.EqualTo(ExitCode.Done), printed.Error);
        var options = TrainOptions.FromJson(File.ReadAllText(scratch["run/config.json"]), "config.json");
        Assert.That((options.Gan.Augment, options.Gan.Lecam, options.Optimisation.EmaStart),
            Is.EqualTo(("translation,cutout", 0.3f, 5L)));
        Assert.That(printed.Out, Does.Contain("notice Augmentation: translation, cutout for upright images"));
    }

    [Test]
    public void A_half_life_takes_the_place_of_a_presets_decay_and_not_of_one_that_is_asked_for()
    {
        using var scratch = new TempFolder();
        var refused = Shell.Train(scratch["a"], "--steps", "1", "--ema-half-life", "2");
        Assert.That(refused.Error, Does.Contain("--ema-half-life is 2, and --ema is 0.9; an average takes one of the two."));
        var printed = Shell.Run("train", "--out", scratch["b"], "--ngf", "8", "--ndf", "8", "--batch", "4", "--threads", "1",
            "--grid", "4", "--plain", "--steps", "1", "--ema-half-life", "2");
        Assert.That(printed.Code, Is.EqualTo(ExitCode.Done), printed.Error);
        var options = TrainOptions.FromJson(File.ReadAllText(scratch["b/config.json"]), "config.json");
        Assert.That((options.Optimisation.EmaDecay, options.Optimisation.EmaHalfLife), Is.EqualTo((0f, 2.0)));
    }

    [Test]
    public void What_is_no_policy_is_refused_in_words()
    {
        using var scratch = new TempFolder();
        var printed = Shell.Train(scratch["run"], "--augment", "sepia");
        Assert.That(printed.Error, Does.Contain(
            "--augment takes none, ada, or some of color, translation, cutout with commas between, not \"sepia\"."));
    }

    [Test]
    public void Weights_of_another_run_are_taken_over_and_counted()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["a"], "--steps", "1");
        var printed = Shell.Train(scratch["b"], "--steps", "1", "--model", "ssgan-ms", "--init-from", scratch["a"]);
        Assert.That(printed.Code, Is.EqualTo(ExitCode.Done), printed.Error);
        Assert.That(printed.Out, Does.Match("Weights of .*step-00000001: [0-9]+ of [0-9]+ tensors are taken over; the others "
            + "stay new: .*d\\.l_y"));
        Assert.That(File.ReadAllText(scratch["b/config.json"]), Does.Not.Contain("init"));
        var refused = Shell.Run("train", "--resume", scratch["b"], "--init-from", scratch["a"]);
        Assert.That(refused.Error, Does.Contain("--init-from does not go with --resume"));
    }
}
