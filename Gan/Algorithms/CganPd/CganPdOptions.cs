using System.Text.Json.Serialization;

namespace Ssgan.Gan.Algorithms;

/// <summary>
/// Conditional GAN with projection discriminator and hinge loss (Miyato and Koyama 2018): no knobs of its own. At 128 pixels the
/// published discriminator is 128 channels wide; 1024 goes with the generator.
/// </summary>
public sealed record CganPdOptions() : ProjectionGanOptions("cgan-pd");

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, UseStringEnumConverter = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(CganPdOptions))]
sealed partial class CganPdJson : JsonSerializerContext;
