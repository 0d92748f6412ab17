using System.Text.Json.Serialization;
using Ssgan.Gan.Models;

namespace Ssgan.Gan.Algorithms;

/// <summary>
/// GAN with spectral normalisation of the discriminator and hinge loss (Miyato et al. 2018, "Spectral Normalization for
/// Generative Adversarial Networks"; the networks of Mimicry): no knobs beyond theirs.
/// </summary>
public sealed record SnganOptions() : ResNetGanOptions("sngan")
{
    // Mimicry's SNGAN has PyTorch's spectral norm throughout, which leaves u and v alone in evaluation.
    /// <inheritdoc/>
    public override Architecture Architecture(int size, Func<string, string>? nameOf = null) =>
        base.Architecture(size, nameOf) with { HeadsIterateInEvaluation = false };

    /// <inheritdoc/>
    public override DiscriminatorOptions DiscriminatorVariant(int classes) => new() { RotationClasses = 0 };
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, UseStringEnumConverter = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(SnganOptions))]
sealed partial class SnganJson : JsonSerializerContext;
