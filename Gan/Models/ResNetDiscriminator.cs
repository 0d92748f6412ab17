using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Models;

/// <summary>What a discriminator says of a batch.</summary>
/// <param name="Logits">Real or fake, (N, 1); large means real.</param>
/// <param name="Rotation">Logits of the four quarter turns, (N, 4); null where the network has no rotation head.</param>
public readonly record struct DiscriminatorOutput(Tensor Logits, Tensor? Rotation);

/// <summary>What differs between discriminators of one architecture.</summary>
public sealed record DiscriminatorOptions
{
    /// <summary>Whether there is a head for the four turns (SSGAN) or not (SNGAN).</summary>
    public bool RotationHead { get; init; } = true;

    /// <summary>Whether residual shortcuts see ReLU(x), as behind Mimicry's published scores, or x.</summary>
    public bool ShortcutFromRelu { get; init; } = true;

    /// <summary>
    /// Element type of the activations up to the sum over the pixels: F32, or BF16 where the device computes in it. Parameters
    /// and heads are F32.
    /// </summary>
    public DType Compute { get; init; }
}

/// <summary>
/// Maps images (N, S, S, 3) to logits: residual blocks, ReLU, sum over the pixels, and one linear head for real or fake and one
/// for the rotation. Spectral norm on every weight.
/// </summary>
public sealed class ResNetDiscriminator : Module
{
    readonly FirstResidualBlock _first;
    readonly ResidualBlock[] _blocks;
    readonly Linear _logits;
    readonly Linear? _rotation;
    readonly SpectralNorm[] _norms;
    readonly DType _compute;

    public ResNetDiscriminator(Rng random, Architecture architecture, DiscriminatorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(architecture);
        options ??= new();
        Architecture = architecture;
        _compute = options.Compute;
        var table = architecture.DiscriminatorBlocks;
        int channels = table[0].Channels;
        _first = Child("block1", new FirstResidualBlock(random, 3, channels, _compute));
        _blocks = new ResidualBlock[table.Count - 1];
        for (int i = 0; i < _blocks.Length; i++)
        {
            var next = table[i + 1];
            var block = new ResidualBlock(random, channels, next.Channels, next.Downsample, options.ShortcutFromRelu, _compute);
            _blocks[i] = Child($"block{i + 2}", block);
            channels = next.Channels;
        }
        _logits = Child(architecture.LogitsName, Head(1));
        if (options.RotationHead) _rotation = Child("l_y", Head(4));
        IEnumerable<SpectralNorm> heads = _rotation is null ? [_logits.Spectral!] : [_logits.Spectral!, _rotation.Spectral!];
        _norms = [.. _first.SpectralNorms, .. _blocks.SelectMany(static b => b.SpectralNorms), .. heads];

        Linear Head(int outputs) =>
            new(random, channels, outputs, spectral: true, iterateInEvaluation: architecture.HeadsIterateInEvaluation);
    }

    /// <summary>The shapes.</summary>
    public Architecture Architecture { get; }

    /// <summary>F32 (N, S, S, 3) → F32 logits (N, 1) and (N, 4).</summary>
    /// <exception cref="ArgumentException">The images have another size.</exception>
    public DiscriminatorOutput Forward(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Shape.Rank != 4 || images.Shape[1] != Architecture.Size
            || images.Shape[2] != Architecture.Size || images.Shape[3] != 3)
            throw new ArgumentException(
                $"The discriminator takes images (N, {Architecture.Size}, {Architecture.Size}, 3); these are {images.Shape}.");
        using var scope = images.Device.Scope();
        SpectralNorm.Prepare(_norms);
        var h = _first.Forward(images.Cast(_compute));
        foreach (var block in _blocks) h = block.Forward(h);
        // Sums are F32, and the heads after them.
        h = h.Relu().Sum(1, 2);
        return new DiscriminatorOutput(_logits.Forward(h).Keep(), _rotation?.Forward(h).Keep());
    }
}
