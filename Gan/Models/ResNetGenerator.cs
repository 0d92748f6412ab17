using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Models;

/// <summary>What differs between generators of one architecture.</summary>
public sealed record GeneratorOptions
{
    /// <summary>
    /// Classes that it draws, each with a scale and a shift of its own in the batch norms of the blocks (Miyato and Koyama 2018);
    /// 0 for none.
    /// </summary>
    public int Classes { get; init; }

    /// <summary>
    /// Whether scale and shift of every batch norm are functions of the noise (Chen et al. 2019, "On self-modulation for
    /// generative adversarial networks").
    /// </summary>
    public bool SelfModulated { get; init; }

    /// <summary>Whether the weights of linear layers and convolutions are divided by their spectral norms (SAGAN).</summary>
    public bool SpectralNorm { get; init; }

    /// <summary>
    /// Initialiser of the shortcuts' filters; null means Xavier uniform. Mimicry's WGAN-GP has <see cref="Init.PyTorchWeight"/>.
    /// </summary>
    public Initializer? ShortcutWeight { get; init; }

    /// <summary>Initialiser of the last convolution's filters; the same.</summary>
    public Initializer? LastWeight { get; init; }

    /// <summary>How the noise is distributed.</summary>
    public LatentDistribution Latent { get; init; }

    /// <summary>
    /// Element type of the activations: F32, or BF16 where the device computes in it. Noise is cast to it, and every layer
    /// follows its input; parameters are F32.
    /// </summary>
    public DType Compute { get; init; }
}

/// <summary>
/// Maps noise (N, latent) to images (N, S, S, 3) in [−1, 1]: linear, residual blocks that double the size, BN, ReLU, 3x3, tanh,
/// and self-attention behind one of the blocks where the architecture says so.
/// </summary>
public sealed class ResNetGenerator : Generator
{
    readonly Linear _l1;
    readonly GeneratorBlock[] _blocks;
    readonly SelfAttention2d? _attention;
    readonly Func<Tensor, Latent, Tensor> _norm;
    readonly Conv2d _last;
    readonly SpectralNorm[] _norms;
    readonly DType _compute;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="architecture">The shapes.</param>
    /// <param name="options">What differs between generators of one architecture.</param>
    /// <exception cref="ArgumentException">Its batch norms are to go by both classes and noise, or self-attention has fewer than
    /// 8 channels.</exception>
    public ResNetGenerator(Rng random, Architecture architecture, GeneratorOptions? options = null)
        : base(Architecture.Given(random, architecture).Size, architecture.Latent, options?.Classes ?? 0)
    {
        options ??= new();
        if (options is { Classes: > 0, SelfModulated: true })
            throw new ArgumentException("A generator's batch norms go by its classes or by the noise, not by both.");
        (_compute, Distribution) = (options.Compute, options.Latent);
        Architecture = architecture;
        int channels = architecture.StartChannels, area = architecture.StartSize * architecture.StartSize;
        bool spectral = options.SpectralNorm;
        _l1 = Child("l1", new Linear(random, architecture.Latent, area * channels, spectral: spectral));
        var noise = new GeneratorNorm(0, options.SelfModulated ? architecture.Latent : 0);
        // Names count from 2 and the tail takes the next number, as in Mimicry's files.
        _blocks = new GeneratorBlock[architecture.GeneratorBlocks.Count];
        for (int i = 0; i < _blocks.Length; i++)
        {
            int outputs = architecture.GeneratorBlocks[i];
            _blocks[i] = Child($"block{i + 2}", new GeneratorBlock(random, channels, outputs, options.ShortcutWeight,
                noise with { Classes = options.Classes }, spectral));
            channels = outputs;
        }
        // The last one knows no classes, as in Mimicry.
        (var norm, _norm) = noise.Create(random, channels);
        Child($"b{_blocks.Length + 2}", norm);
        _last = Child($"c{_blocks.Length + 2}", new Conv2d(random, channels, 3, 3, weight: options.LastWeight,
            spectral: spectral));
        if (architecture.GeneratorAttention is var after and > 0)
            _attention = Child("attn_block", new SelfAttention2d(random, architecture.GeneratorBlocks[after - 2], spectral));
        _norms = [.. Modules().OfType<SpectralNorm>()];
    }

    /// <summary>The shapes.</summary>
    public Architecture Architecture { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<LayerRow> Layers(int batch) => LayerTable.Of(this, batch);

    /// <inheritdoc/>
    public override Tensor Forward(Latent latent)
    {
        var z = latent.Z;
        ArgumentNullException.ThrowIfNull(z);
        CheckLabels(latent);
        using var scope = z.Device.Scope();
        int start = Architecture.StartSize;
        SpectralNorm.Prepare(_norms, _compute);
        var h = _l1.Forward(z.Cast(_compute)).Reshape(z.Shape[0], start, start, Architecture.StartChannels);
        for (int i = 0; i < _blocks.Length; i++)
        {
            h = _blocks[i].Forward(h, latent);
            if (i + 2 == Architecture.GeneratorAttention) h = _attention!.Forward(h);
        }
        return _last.Forward(_norm(h, latent)).Tanh().Cast(DType.F32).Keep();
    }
}
