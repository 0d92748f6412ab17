using System.Text.Json.Serialization;
using Ssgan.Engine;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>WGAN-GP's knobs.</summary>
public sealed record WganGpOptions() : GanOptions("wgan-gp")
{
    /// <summary>Weight of the gradient penalty (λ = 10 in the paper).</summary>
    public float PenaltyScale { get; init; } = 10;

    /// <summary>Its own values.</summary>
    public static IReadOnlyList<Setting<WganGpOptions>> Settings { get; } =
    [
        Setting.Number<WganGpOptions, float>("penaltyScale", "--penalty", "Weight of the gradient penalty.",
            static o => o.PenaltyScale, static (o, v) => o with { PenaltyScale = v }),
    ];

    public override Architecture Architecture(int size, Func<string, string>? nameOf = null)
    {
        var shapes = base.Architecture(size, nameOf) with { HeadsIterateInEvaluation = false };
        return size == 48 ? shapes with { LogitsName = "l6" } : shapes;
    }

    public override GanStep Create(Device device, int size, OptimisationSettings optimisation) =>
        new WganGpStep(device, Architecture(size), this, optimisation);

    public override void Validate(Check check, int batch)
    {
        base.Validate(check, batch);
        check.Weight(PenaltyScale, "penaltyScale");
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(WganGpOptions))]
sealed partial class WganGpJson : JsonSerializerContext;
