using System.Text.Json.Serialization;
using Ssgan.Engine;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>SSGAN's knobs, with Mimicry's values.</summary>
public sealed record SsganOptions : RotationGanOptions
{
    public SsganOptions() : base("ssgan") => FakeRotationScale = 0.2f;

    public override GanStep Create(Device device, int size, int classes, OptimisationSettings optimisation) =>
        new SsganStep(device, Architecture(size), this, optimisation);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(SsganOptions))]
sealed partial class SsganJson : JsonSerializerContext;
