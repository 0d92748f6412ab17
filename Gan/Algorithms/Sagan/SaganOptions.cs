using System.Text.Json.Serialization;
using Ssgan.Gan.Models;

namespace Ssgan.Gan.Algorithms;

/// <summary>
/// Self-attention GAN (Zhang et al. 2019, "Self-Attention Generative Adversarial Networks"; the networks of Mimicry): a
/// conditional GAN with projection, whose generator has spectral norm as well, and an attention block in each network. No knobs
/// of its own. At 128 pixels the published discriminator is 128 channels wide; 1024 goes with the generator.
/// </summary>
public sealed record SaganOptions() : ProjectionGanOptions("sagan")
{
    // Fewer have no eighth.
    const int LeastAttended = 8;

    /// <inheritdoc/>
    public override Architecture Architecture(int size, Func<string, string>? nameOf = null)
    {
        // Mimicry's SAGAN has PyTorch's spectral norm in its heads at 32 pixels too. Attention is at 16 and 8 pixels there, else
        // at 32.
        var shapes = base.Architecture(size, nameOf) with
        {
            HeadsIterateInEvaluation = false, GeneratorAttention = size == 32 ? 3 : 4, DiscriminatorAttention = 2,
        };
        Check("ngf", shapes.StartChannels, shapes.GeneratorBlocks[shapes.GeneratorAttention - 2]);
        Check("ndf", shapes.DiscriminatorBlocks[^1].Channels,
            shapes.DiscriminatorBlocks[shapes.DiscriminatorAttention - 1].Channels);
        return shapes;

        void Check(string argument, int width, int attended)
        {
            if (attended < LeastAttended)
                throw new ArgumentException($"{nameOf?.Invoke(argument) ?? argument} is {width}; self-attention would stand "
                    + $"behind {attended} channels there, and it needs at least {LeastAttended}.");
        }
    }

    /// <inheritdoc/>
    public override GeneratorOptions GeneratorVariant(int classes) => base.GeneratorVariant(classes) with { SpectralNorm = true };
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, UseStringEnumConverter = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(SaganOptions))]
sealed partial class SaganJson : JsonSerializerContext;
