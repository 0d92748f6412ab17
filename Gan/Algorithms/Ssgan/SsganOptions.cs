using System.Text.Json.Serialization;
using Ssgan.Engine;
using Ssgan.Engine.Optim.Schedules;
using Ssgan.Gan.Losses;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>SSGAN's knobs, with Mimicry's values.</summary>
public sealed record SsganOptions : RotationGanOptions
{
    /// <summary>Mimicry's values.</summary>
    public SsganOptions() : base("ssgan") => FakeRotationScale = 0.2f;

    /// <summary>
    /// Chen et al. 2019: 16 of 64 images in all four directions, shortcuts of x itself, two updates of D for one of G, a constant
    /// rate.
    /// </summary>
    public override (GanOptions Gan, OptimisationSettings Optimisation) Paper() => (
        this with { RotationBatch = RotationBatch.FourAnglesOfAQuarter, ShortcutFromRelu = false },
        new() { DiscriminatorSteps = 2, Decay = ScheduleCatalog.Constant });

    /// <inheritdoc/>
    public override GanStep Create(Device device, int size, int classes, OptimisationSettings optimisation) =>
        new SsganStep(device, Architecture(size), this, optimisation);
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, UseStringEnumConverter = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(SsganOptions))]
sealed partial class SsganJson : JsonSerializerContext;
