using System.Text.Json.Serialization;
using Ssgan.Engine;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>SSGAN-MS's knobs, with the weights of its authors' residual networks and hinge loss.</summary>
public sealed record SsganMsOptions : RotationGanOptions
{
    /// <summary>The authors' values.</summary>
    public SsganMsOptions() : base("ssgan-ms") => (RealRotationScale, FakeRotationScale) = (0.5f, 0.1f);

    /// <inheritdoc/>
    public override DiscriminatorOptions DiscriminatorVariant(int classes) =>
        base.DiscriminatorVariant(classes) with { RotationClasses = SsganMsStep.TaskClasses };

    /// <inheritdoc/>
    public override GanStep Create(Device device, int size, int classes, OptimisationSettings optimisation) =>
        new SsganMsStep(device, Architecture(size), this, optimisation);
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, UseStringEnumConverter = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(SsganMsOptions))]
sealed partial class SsganMsJson : JsonSerializerContext;
