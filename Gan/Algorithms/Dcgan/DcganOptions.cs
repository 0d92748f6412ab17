using System.Text.Json.Serialization;
using Ssgan.Gan.Models;

namespace Ssgan.Gan.Algorithms;

/// <summary>
/// The original GAN's losses (Goodfellow et al. 2014; Radford et al. 2016) on Mimicry's residual networks, whose discriminator
/// has no normalisation: no knobs of its own. Its logits start far from 0, sums over pixels as they are, and with them the
/// generator's gradients may begin as zeros.
/// </summary>
public sealed record DcganOptions() : ResNetGanOptions("dcgan", "ns")
{
    /// <inheritdoc/>
    public override Architecture Architecture(int size, Func<string, string>? nameOf = null) =>
        base.Architecture(size, nameOf) with { HeadsIterateInEvaluation = false };

    /// <inheritdoc/>
    public override DiscriminatorOptions DiscriminatorVariant(int classes) => new() { RotationClasses = 0, SpectralNorm = false };
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, UseStringEnumConverter = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(DcganOptions))]
sealed partial class DcganJson : JsonSerializerContext;
