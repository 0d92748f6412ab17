using System.Text.Json.Serialization;
using Ssgan.Engine;
using Ssgan.Engine.Optim.Schedules;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>
/// R3GAN's knobs, with the values of its CIFAR-10 preset. What moves goes from its start to its end along half a cosine over
/// <see cref="ScheduleImages"/>, and stays there; the starts of the learning rate and of Adam's beta2 are the run's own.
/// </summary>
public sealed record R3ganOptions() : GanOptions("r3gan", "rpgan")
{
    const float MostImages = 1e12f;

    /// <summary>Whether the networks are told classes where the data have them.</summary>
    public bool Conditional { get; init; } = true;

    /// <summary>Weight γ of both gradient penalties at the end; <see cref="GanOptions.Gamma"/> is that at the start.</summary>
    public float GammaEnd { get; init; } = 0.005f;

    /// <summary>The learning rate at the end; 0 leaves the rate to the run's course.</summary>
    public float LearningRateEnd { get; init; } = 5e-5f;

    /// <summary>Adam's beta2 at the end; 0 leaves it as it is.</summary>
    public double Beta2End { get; init; } = 0.99;

    /// <summary>Images after which the averaged generator's past has half of its weight, at the start.</summary>
    public float EmaImages { get; init; }

    /// <summary>The same at the end; 0 keeps no average. A constant decay of the run's stands before both.</summary>
    public float EmaImagesEnd { get; init; } = 5e6f;

    /// <summary>Real images that a network has seen when everything is at its end.</summary>
    public long ScheduleImages { get; init; } = 20_000_000;

    /// <summary>Its own values.</summary>
    public static IReadOnlyList<Setting<R3ganOptions>> Settings { get; } =
    [
        Setting.Choice<R3ganOptions, bool>("conditional", "--conditional",
            "Whether the networks are told classes where the data have them (default).", [("on", true), ("off", false)],
            static o => o.Conditional, static (o, v) => o with { Conditional = v }),
        Setting.Number<R3ganOptions, float>("gammaEnd", "--gamma-end", "--gamma at the end; a tenth in the source.",
            static o => o.GammaEnd, static (o, v) => o with { GammaEnd = v }),
        Setting.Number<R3ganOptions, float>("learningRateEnd", "--lr-end",
            "Learning rate at the end, in place of --lr-schedule; 0 leaves it to that.",
            static o => o.LearningRateEnd, static (o, v) => o with { LearningRateEnd = v }),
        Setting.Number<R3ganOptions, double>("beta2End", "--beta2-end", "Adam's beta2 at the end; 0 leaves it as it is.",
            static o => o.Beta2End, static (o, v) => o with { Beta2End = v }),
        Setting.Number<R3ganOptions, float>("emaImages", "--ema-images",
            "Half-life of the averaged generator's past in images, at the start.",
            static o => o.EmaImages, static (o, v) => o with { EmaImages = v }),
        Setting.Number<R3ganOptions, float>("emaImagesEnd", "--ema-images-end",
            "The same at the end; 0 keeps no average. --ema stands before both.",
            static o => o.EmaImagesEnd, static (o, v) => o with { EmaImagesEnd = v }),
        Setting.Number<R3ganOptions, long>("scheduleImages", "--schedule-images",
            "Images after which all of these are at their end.",
            static o => o.ScheduleImages, static (o, v) => o with { ScheduleImages = v }),
    ];

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool TakesClasses => Conditional;

    // Its penalties are on pairs, and its networks on a loss of differences.
    /// <inheritdoc/>
    [JsonIgnore]
    public override IEnumerable<string> Losses => ["rpgan"];

    /// <inheritdoc/>
    public override Schedule Rate(OptimisationSettings optimisation)
    {
        ArgumentNullException.ThrowIfNull(optimisation);
        return LearningRateEnd == 0 ? base.Rate(optimisation)
            : Ramp(optimisation.LearningRate, LearningRateEnd, optimisation.Batch);
    }

    /// <inheritdoc/>
    public override bool Averages(OptimisationSettings optimisation)
    {
        ArgumentNullException.ThrowIfNull(optimisation);
        return optimisation.KeepsAverage || EmaImagesEnd > 0;
    }

    /// <summary>The course of a number from its start to its end.</summary>
    internal CosineRamp Ramp(float start, float end, int batch) => new(start, end, (double)ScheduleImages / batch);

    /// <inheritdoc/>
    public override GanStep Create(Device device, int size, int classes, OptimisationSettings optimisation) =>
        new R3ganStep(device, R3Architecture.For(size, Ngf, Ndf), this, classes, optimisation);

    /// <inheritdoc/>
    public override Generator CreateGenerator(Rng random, int size, int classes) =>
        new R3Generator(random, R3Architecture.For(size, Ngf, Ndf), classes);

    /// <inheritdoc/>
    public override void CheckShapes(int size, Func<string, string>? nameOf = null) =>
        R3Architecture.For(size, Ngf, Ndf, nameOf);

    // The preset for CIFAR-10, for as long as it moves; the source itself ends when it is stopped.
    /// <inheritdoc/>
    public override (GanOptions Gan, OptimisationSettings Optimisation) Paper()
    {
        const int batch = 512;
        return (this, new() { Batch = batch, DiscriminatorSteps = 1, Steps = (ScheduleImages + batch - 1) / batch });
    }

    // A short run's average forgets in a twentieth of it, as the source's settles within its course.
    /// <inheritdoc/>
    public override GanOptions Over(long images) =>
        this with { ScheduleImages = Math.Max(1, images), EmaImagesEnd = Math.Min(EmaImagesEnd, images / 20f) };

    /// <inheritdoc/>
    public override void Validate(Check check, int batch)
    {
        base.Validate(check, batch);
        check.Weight(GammaEnd, "gammaEnd");
        check.Weight(LearningRateEnd, "learningRateEnd");
        check.Share(Beta2End, "beta2End");
        check.That(EmaImages is >= 0 and <= MostImages, "emaImages", $"{Check.Text(EmaImages)}; it must lie in 0 to 1e12");
        check.That(EmaImagesEnd is >= 0 and <= MostImages, "emaImagesEnd",
            $"{Check.Text(EmaImagesEnd)}; it must lie in 0 to 1e12");
        check.That(ScheduleImages >= 1, "scheduleImages", $"{ScheduleImages}; at least 1 is needed");
    }
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(R3ganOptions))]
sealed partial class R3ganJson : JsonSerializerContext;
