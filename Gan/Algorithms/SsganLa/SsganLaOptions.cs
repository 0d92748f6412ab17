using System.Text.Json.Serialization;
using Ssgan.Engine;
using Ssgan.Engine.Optim.Schedules;
using Ssgan.Gan.Losses;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>How the eight classes of SSGAN-LA are told apart.</summary>
public enum LabelAugmentedLoss
{
    /// <summary>Multi-class hinge.</summary>
    Hinge,
    /// <summary>Cross-entropy.</summary>
    CrossEntropy,
}

/// <summary>The knobs of SSGAN-LA and SSGAN-LA+.</summary>
public abstract record LabelAugmentedOptions : RotationGanOptions
{
    /// <param name="model">The GAN's name in config.json and on the console.</param>
    protected LabelAugmentedOptions(string model) : base(model) => RotationBatch = RotationBatch.FourAnglesOfAll;

    /// <summary>How the eight classes are told apart.</summary>
    public LabelAugmentedLoss ClassLoss { get; init; }

    /// <summary>The values of these two beside <see cref="RotationGanOptions.Settings"/>.</summary>
    public static new IReadOnlyList<Setting<LabelAugmentedOptions>> Settings { get; } =
    [
        .. RotationGanOptions.Settings.Select(static s =>
            s.In<LabelAugmentedOptions>(static o => o, static (_, o) => (LabelAugmentedOptions)o)),
        Setting.Choice<LabelAugmentedOptions, LabelAugmentedLoss>("classLoss", "--class-loss",
            "How turned real and turned fake images are told apart.",
            [("hinge", LabelAugmentedLoss.Hinge), ("cross-entropy", LabelAugmentedLoss.CrossEntropy)],
            static o => o.ClassLoss, static (o, v) => o with { ClassLoss = v }),
    ];

    /// <summary>Hou et al. 2021, CIFAR-10.</summary>
    private protected static OptimisationSettings Recipe(int discriminatorSteps, long steps) => new()
    {
        Batch = 100, DiscriminatorSteps = discriminatorSteps, Decay = ScheduleCatalog.Constant, EmaDecay = 0.9999f,
        EmaStart = 10_000, Steps = steps,
    };

    /// <summary>Whether the networks also play on upright images.</summary>
    [JsonIgnore]
    internal abstract bool PlaysUpright { get; }

    [JsonIgnore]
    internal override bool PlaysByLogits => PlaysUpright;

    /// <inheritdoc/>
    public override DiscriminatorOptions DiscriminatorVariant(int classes) =>
        base.DiscriminatorVariant(classes) with { RotationClasses = SsganLaStep.TaskClasses };

    /// <inheritdoc/>
    public override GanStep Create(Device device, int size, int classes, OptimisationSettings optimisation) =>
        new SsganLaStep(device, Architecture(size), this, optimisation);

    /// <inheritdoc/>
    public override void Validate(Check check, int batch)
    {
        base.Validate(check, batch);
        check.That(Enum.IsDefined(ClassLoss), "classLoss", $"{ClassLoss}, which is no known loss");
    }
}

/// <summary>SSGAN-LA's knobs, with its authors' values: the eight classes are all that is played for.</summary>
public sealed record SsganLaOptions() : LabelAugmentedOptions("ssgan-la")
{
    internal override bool PlaysUpright => false;

    /// <summary>Hou et al. 2021, CIFAR-10: batches of 100, four updates of D for one of G, 400 epochs, averages.</summary>
    public override (GanOptions Gan, OptimisationSettings Optimisation) Paper() => (
        this, Recipe(discriminatorSteps: 4, steps: 50_000));

    // What real and fake are is told by the eight classes.
    /// <inheritdoc/>
    [JsonIgnore]
    public override IEnumerable<string> Losses => ["hinge"];
}

/// <summary>SSGAN-LA+'s knobs, with its authors' values: the eight classes beside the adversarial loss.</summary>
public sealed record SsganLaPlusOptions() : LabelAugmentedOptions("ssgan-la-plus")
{
    internal override bool PlaysUpright => true;

    /// <summary>Hou et al. 2021, CIFAR-10: as SSGAN-LA, with two updates of D for one of G.</summary>
    public override (GanOptions Gan, OptimisationSettings Optimisation) Paper() => (
        this, Recipe(discriminatorSteps: 2, steps: 100_000));
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, UseStringEnumConverter = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(SsganLaOptions))]
[JsonSerializable(typeof(SsganLaPlusOptions))]
sealed partial class SsganLaJson : JsonSerializerContext;
