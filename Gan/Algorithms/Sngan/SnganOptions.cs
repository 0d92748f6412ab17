using System.Text.Json.Serialization;
using Ssgan.Engine;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>SNGAN's knobs: none of its own.</summary>
public sealed record SnganOptions() : GanOptions("sngan")
{
    // Mimicry's SNGAN has PyTorch's spectral norm throughout, which leaves u and v alone in evaluation.
    public override Architecture Architecture(int size, Func<string, string>? nameOf = null) =>
        base.Architecture(size, nameOf) with { HeadsIterateInEvaluation = false };

    public override GanStep Create(Device device, int size, OptimisationSettings optimisation) =>
        new SnganStep(device, Architecture(size), optimisation);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(SnganOptions))]
sealed partial class SnganJson : JsonSerializerContext;
