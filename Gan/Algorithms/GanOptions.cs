using System.Text.Json.Serialization;
using Ssgan.Engine;
using Ssgan.Engine.Optim.Schedules;
using Ssgan.Gan.Augmentation;
using Ssgan.Gan.Losses;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>The knobs of one GAN's algorithm and networks; each GAN derives its own.</summary>
[JsonConverter(typeof(GanOptionsJson))]
public abstract record GanOptions
{
    /// <param name="model">The GAN's name in config.json and on the console.</param>
    /// <param name="loss">Its source's loss, a name of <see cref="AdversarialLoss.All"/>.</param>
    protected GanOptions(string model, string loss = "hinge")
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(loss);
        (Model, Loss) = (model, loss);
    }

    // Far beyond what fits any device: a slip of the finger is refused before memory is asked for.
    const int LargestWidth = 1 << 14;

    /// <summary>The GAN's name in config.json and on the console.</summary>
    [JsonPropertyOrder(-1)]
    public string Model { get; }

    /// <summary>Channels of the generator's widest layer; 0 is the published width.</summary>
    public int Ngf { get; init; }

    /// <summary>Channels of the discriminator's widest layer; 0 is the published width.</summary>
    public int Ndf { get; init; }

    /// <summary>How the two networks play against each other, a name of <see cref="AdversarialLoss.All"/>.</summary>
    public string Loss { get; init; }

    /// <summary>What is done to images before the discriminator sees them; see <see cref="AugmentationPolicy"/>.</summary>
    public string Augment { get; init; } = AugmentationPolicy.None;

    /// <summary>
    /// What adaptive augmentation keeps the mean sign of logits of real images at (Karras et al. 2020, section 3.1).
    /// </summary>
    public float AugmentTarget { get; init; } = 0.6f;

    /// <summary>Weight of LeCam regularisation; 0 for none. See <see cref="LeCam"/>.</summary>
    public float Lecam { get; init; }

    /// <summary>Weight γ of the penalties R1 and R2 that go with the loss "rpgan".</summary>
    public float Gamma { get; init; } = 0.05f;

    /// <summary>Whether the networks are told the classes of images, and so need data that have some.</summary>
    [JsonIgnore]
    public virtual bool IsConditional => false;

    /// <summary>Whether the networks are told the classes of images where the data have any.</summary>
    [JsonIgnore]
    public virtual bool TakesClasses => IsConditional;

    /// <summary>Whether a task of the GAN asks how far images were turned.</summary>
    [JsonIgnore]
    internal virtual bool TurnsImages => false;

    /// <summary>Whether the networks play by one logit of each image, large where it is real.</summary>
    [JsonIgnore]
    internal virtual bool PlaysByLogits => true;

    /// <summary>Losses that the algorithm allows.</summary>
    [JsonIgnore]
    public virtual IEnumerable<string> Losses => AdversarialLoss.All.Select(static l => l.Name);

    /// <summary>The values that every GAN has.</summary>
    public static IReadOnlyList<Setting<GanOptions>> Common { get; } =
    [
        Setting.Number<GanOptions, int>("ngf", "--ngf", "Channels of the generator's widest layer; 0 is the published width.",
            static o => o.Ngf, static (o, v) => o with { Ngf = v }),
        Setting.Number<GanOptions, int>("ndf", "--ndf", "Channels of the discriminator's widest layer; 0 is the published width.",
            static o => o.Ndf, static (o, v) => o with { Ndf = v }),
        Setting.Choice<GanOptions, string>("loss", "--loss",
            "How the networks play against each other, where the GAN does not fix it: "
            + string.Join("; ", AdversarialLoss.All.Select(static l => $"{l.Name}, {l.Description}"))
            + ". Default: that of the GAN's paper.", [.. AdversarialLoss.All.Select(static l => (l.Name, l.Name))],
            static o => o.Loss, static (o, v) => o with { Loss = v }),
        Setting.Number<GanOptions, float>("gamma", "--gamma",
            "Weight of the gradient penalties that go with --loss rpgan; R3GAN's source has 0.05 for CIFAR-10, 2 at 64 and 150 "
            + "at 256 pixels.", static o => o.Gamma, static (o, v) => o with { Gamma = v }),
        Setting.Text<GanOptions>("augment", "--augment", "none|ada|PARTS",
            "Random changes of images on their way into the discriminator, for small sets: ada (Karras et al. 2020, as much as "
            + "it needs), or always and joined by commas some of color, translation, cutout (DiffAugment, Zhao et al. 2020). "
            + "Default: none.", AugmentationPolicy.Described, AugmentationPolicy.Is,
            static o => o.Augment, static (o, v) => o with { Augment = v }),
        Setting.Number<GanOptions, float>("augmentTarget", "--augment-target",
            "Mean sign of D's logits of real images that --augment ada aims at. Default: 0.6.",
            static o => o.AugmentTarget, static (o, v) => o with { AugmentTarget = v }),
        Setting.Number<GanOptions, float>("lecam", "--lecam",
            "Weight of LeCam regularisation of D (Tseng et al. 2021), for small sets; 0 for none.",
            static o => o.Lecam, static (o, v) => o with { Lecam = v }),
    ];

    /// <summary>The learning rate by finished steps.</summary>
    /// <param name="optimisation">The run's settings.</param>
    public virtual Schedule Rate(OptimisationSettings optimisation)
    {
        ArgumentNullException.ThrowIfNull(optimisation);
        return optimisation.Schedule();
    }

    /// <summary>Whether there is an averaged generator, "g_ema".</summary>
    /// <param name="optimisation">The run's settings.</param>
    public virtual bool Averages(OptimisationSettings optimisation)
    {
        ArgumentNullException.ThrowIfNull(optimisation);
        return optimisation.KeepsAverage;
    }

    /// <summary>New networks and optimizers; the caller disposes them.</summary>
    /// <param name="device">Where they are, set to the precision that is asked for.</param>
    /// <param name="size">Image side.</param>
    /// <param name="classes">Classes of the data; looked at by a conditional GAN only.</param>
    /// <param name="optimisation">How they are updated.</param>
    /// <exception cref="ArgumentException">There is no architecture of that size or width, or no class to tell apart.</exception>
    public abstract GanStep Create(Device device, int size, int classes, OptimisationSettings optimisation);

    /// <summary>A new generator alone; the caller disposes it.</summary>
    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="size">Image side.</param>
    /// <param name="classes">Classes of the data; looked at by a conditional GAN only.</param>
    /// <exception cref="ArgumentException">There is no architecture of that size or width, or no class to tell apart.</exception>
    public abstract Generator CreateGenerator(Rng random, int size, int classes);

    /// <summary>Checks that there are networks of an image size.</summary>
    /// <param name="size">Image side.</param>
    /// <param name="nameOf">From an argument's name to what messages call it; null keeps it.</param>
    /// <exception cref="ArgumentException">There are none of that size or width.</exception>
    public abstract void CheckShapes(int size, Func<string, string>? nameOf = null);

    /// <summary>The recipe of the GAN's own paper; the defaults, where it is those.</summary>
    public virtual (GanOptions Gan, OptimisationSettings Optimisation) Paper() => (this, new());

    /// <summary>The same for a run of so many real images, where something goes along a course of its own.</summary>
    public virtual GanOptions Over(long images) => this;

    /// <summary>Checks every value by itself.</summary>
    /// <param name="check">What throws.</param>
    /// <param name="batch">Images per update.</param>
    /// <exception cref="TrainingException">One is out of range.</exception>
    public virtual void Validate(Check check, int batch)
    {
        ArgumentNullException.ThrowIfNull(check);
        check.That(Ngf is >= 0 and <= LargestWidth, "ngf", $"{Ngf}; it must lie in 0 (the published width) to {LargestWidth}");
        check.That(Ndf is >= 0 and <= LargestWidth, "ndf", $"{Ndf}; it must lie in 0 (the published width) to {LargestWidth}");
        check.Weight(Gamma, "gamma");
        check.That(Losses.Contains(Loss), "loss", $"{Loss}, and {Model} takes {string.Join(", ", Losses)}");
        check.That(AugmentationPolicy.Is(Augment), "augment", $"{Augment}; it must be {AugmentationPolicy.Described}");
        check.That(AugmentTarget is > -1 and < 1, "augmentTarget",
            $"{Check.Text(AugmentTarget)}; a mean sign to aim at lies between -1 and 1");
        check.Weight(Lecam, "lecam");
        if (PlaysByLogits) return;
        check.That(Augment != AugmentationPolicy.Ada, "augment",
            $"{Augment}, which follows the logits of real images, and {Model} has none");
        check.That(Augment == AugmentationPolicy.None || AugmentationPolicy.Has(Augment, "translation"), "augment",
            $"{Augment}, of which nothing fits turned images, and {Model} has no others; translation does");
        check.That(Lecam == 0, "lecam",
            $"{Check.Text(Lecam)}, and {Model} has no logits of real and of fake images to regularise");
    }
}
