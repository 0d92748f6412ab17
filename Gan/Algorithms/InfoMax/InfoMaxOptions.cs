using System.Text.Json.Serialization;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>InfoMax-GAN's knobs, with Mimicry's values.</summary>
public sealed record InfoMaxOptions() : ResNetGanOptions("infomax")
{
    const int LargestWidth = 1 << 14;

    /// <summary>Weight of the contrastive loss in the discriminator's loss.</summary>
    public float RealContrastScale { get; init; } = 0.2f;

    /// <summary>Weight of the contrastive loss in the generator's loss.</summary>
    public float FakeContrastScale { get; init; } = 0.2f;

    /// <summary>Features in which images are contrasted.</summary>
    public int ContrastWidth { get; init; } = 1024;

    /// <summary>Its own values.</summary>
    public static IReadOnlyList<Setting<InfoMaxOptions>> Settings { get; } =
    [
        Setting.Number<InfoMaxOptions, float>("realContrastScale", "--contrast-real",
            "Weight of the contrastive loss for the discriminator.",
            static o => o.RealContrastScale, static (o, v) => o with { RealContrastScale = v }),
        Setting.Number<InfoMaxOptions, float>("fakeContrastScale", "--contrast-fake",
            "Weight of the contrastive loss for the generator.",
            static o => o.FakeContrastScale, static (o, v) => o with { FakeContrastScale = v }),
        Setting.Number<InfoMaxOptions, int>("contrastWidth", "--contrast-width",
            "Features in which images are contrasted.",
            static o => o.ContrastWidth, static (o, v) => o with { ContrastWidth = v }),
    ];

    /// <inheritdoc/>
    public override Architecture Architecture(int size, Func<string, string>? nameOf = null) =>
        base.Architecture(size, nameOf) with { HeadsIterateInEvaluation = false, LogitsName = InfoMaxDiscriminator.Head };

    /// <inheritdoc/>
    public override DiscriminatorOptions DiscriminatorVariant(int classes) => new() { RotationClasses = 0 };

    /// <inheritdoc/>
    public override Discriminator CreateDiscriminator(Rng random, Architecture architecture, int classes, DType compute) =>
        new InfoMaxDiscriminator(random, architecture, ContrastWidth, compute);

    /// <inheritdoc/>
    public override GanStep Create(Device device, int size, int classes, OptimisationSettings optimisation) =>
        new InfoMaxStep(device, Architecture(size), this, optimisation);

    /// <inheritdoc/>
    public override void Validate(Check check, int batch)
    {
        base.Validate(check, batch);
        check.That(Networks == NetworkFamily.Mimicry, "networks", $"{Networks}, and {Model} has a discriminator of its own");
        check.Weight(RealContrastScale, "realContrastScale");
        check.Weight(FakeContrastScale, "fakeContrastScale");
        check.That(ContrastWidth is >= 1 and <= LargestWidth, "contrastWidth",
            $"{ContrastWidth}; it must lie in 1 to {LargestWidth}");
    }
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, UseStringEnumConverter = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(InfoMaxOptions))]
sealed partial class InfoMaxJson : JsonSerializerContext;
