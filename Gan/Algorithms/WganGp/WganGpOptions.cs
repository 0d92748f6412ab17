using System.Text.Json.Serialization;
using Ssgan.Engine;
using Ssgan.Engine.Nn;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>WGAN-GP's knobs.</summary>
public sealed record WganGpOptions() : ResNetGanOptions("wgan-gp", "wasserstein")
{
    /// <summary>Weight of the gradient penalty (λ = 10 in the paper).</summary>
    public float PenaltyScale { get; init; } = 10;

    /// <summary>Its own values.</summary>
    public static IReadOnlyList<Setting<WganGpOptions>> Settings { get; } =
    [
        Setting.Number<WganGpOptions, float>("penaltyScale", "--penalty", "Weight of the gradient penalty.",
            static o => o.PenaltyScale, static (o, v) => o with { PenaltyScale = v }),
    ];

    /// <inheritdoc/>
    public override Architecture Architecture(int size, Func<string, string>? nameOf = null)
    {
        var shapes = base.Architecture(size, nameOf) with { HeadsIterateInEvaluation = false };
        return size == 48 ? shapes with { LogitsName = "l6" } : shapes;
    }

    // Mimicry makes these convolutions anew after its own initialisation, so PyTorch's stays.
    /// <inheritdoc/>
    public override GeneratorOptions GeneratorVariant(int classes) =>
        base.GeneratorVariant(classes) with { ShortcutWeight = Init.PyTorchWeight, LastWeight = Init.PyTorchWeight };

    /// <inheritdoc/>
    public override DiscriminatorOptions DiscriminatorVariant(int classes) => new()
    {
        RotationClasses = 0, SpectralNorm = false, Pooling = PixelPooling.Mean, ShortcutWeight = Init.PyTorchWeight,
    };

    // The penalty holds the slope at 1, which the other losses do not ask for.
    /// <inheritdoc/>
    [JsonIgnore]
    public override IEnumerable<string> Losses => ["wasserstein"];

    /// <inheritdoc/>
    public override GanStep Create(Device device, int size, int classes, OptimisationSettings optimisation) =>
        new WganGpStep(device, Architecture(size), this, optimisation);

    /// <inheritdoc/>
    public override void Validate(Check check, int batch)
    {
        base.Validate(check, batch);
        check.Weight(PenaltyScale, "penaltyScale");
    }
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, UseStringEnumConverter = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(WganGpOptions))]
sealed partial class WganGpJson : JsonSerializerContext;
