using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Models;

/// <summary>How the last feature map becomes one vector.</summary>
public enum PixelPooling
{
    /// <summary>The sum over the pixels.</summary>
    Sum,

    /// <summary>Their mean.</summary>
    Mean,
}

/// <summary>
/// What differs between discriminators of one architecture. The defaults are SSGAN's; Mimicry's SNGAN has no rotation head, and
/// its WGAN-GP neither that nor spectral norm, but the mean over the pixels and PyTorch's own initialiser in shortcuts.
/// </summary>
public sealed record DiscriminatorOptions
{
    /// <summary>
    /// Logits of the head for the rotation task: 4 turns (SSGAN), with one more for fakes 5 (SSGAN-MS), or 8 for turns of real
    /// and of fake images apart (SSGAN-LA); 0 makes no such head (SNGAN).
    /// </summary>
    public int RotationClasses { get; init; } = 4;

    /// <summary>
    /// Classes that it is told, of which each adds the product of a learned row and the last features to the logit (Miyato and
    /// Koyama 2018); 0 for none. Such a network has no head for rotations.
    /// </summary>
    public int Classes { get; init; }

    /// <summary>Whether residual shortcuts see ReLU(x), as behind Mimicry's published scores, or x.</summary>
    public bool ShortcutFromRelu { get; init; } = true;

    /// <summary>Whether every weight is divided by its spectral norm.</summary>
    public bool SpectralNorm { get; init; } = true;

    /// <summary>What the heads see of the last feature map.</summary>
    public PixelPooling Pooling { get; init; }

    /// <summary>
    /// Initialiser of the shortcuts' filters; null means Xavier uniform. Mimicry's WGAN-GP has <see cref="Init.PyTorchWeight"/>.
    /// </summary>
    public Initializer? ShortcutWeight { get; init; }

    /// <summary>
    /// Element type of the activations up to the pooling over the pixels: F32, or BF16 where the device computes in it. Images
    /// are cast to it, and every layer follows its input; parameters and heads are F32.
    /// </summary>
    public DType Compute { get; init; }
}

/// <summary>
/// Maps images (N, S, S, 3) to logits: residual blocks, ReLU, sum or mean over the pixels, one linear head for real or fake and,
/// where it is wanted, one for the rotation or a row for each class, and self-attention behind one of the blocks.
/// </summary>
public sealed class ResNetDiscriminator : Discriminator
{
    readonly FirstResidualBlock _first;
    readonly ResidualBlock[] _blocks;
    readonly Linear _logits;
    readonly Linear? _rotation;
    readonly Embedding? _projection;
    readonly SelfAttention2d? _attention;
    readonly SpectralNorm[] _norms, _headNorms;
    readonly PixelPooling _pooling;
    readonly DType _compute;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="architecture">The shapes.</param>
    /// <param name="options">What differs between discriminators of one architecture; null is SSGAN's.</param>
    /// <exception cref="ArgumentException">It is to know both rotations and classes, or self-attention has fewer than 8
    /// channels.</exception>
    public ResNetDiscriminator(Rng random, Architecture architecture, DiscriminatorOptions? options = null)
        : base(Architecture.Given(random, architecture).Size, options?.Classes ?? 0)
    {
        options ??= new();
        if (options is { Classes: > 0, RotationClasses: > 0 })
            throw new ArgumentException("A discriminator has a head for rotations or rows for classes, not both.");
        Architecture = architecture;
        (_compute, _pooling) = (options.Compute, options.Pooling);
        bool spectral = options.SpectralNorm;
        var table = architecture.DiscriminatorBlocks;
        int channels = table[0].Channels;
        _first = Child("block1", new FirstResidualBlock(random, 3, channels, spectral, options.ShortcutWeight));
        _blocks = new ResidualBlock[table.Count - 1];
        for (int i = 0; i < _blocks.Length; i++)
        {
            var next = table[i + 1];
            var block = new ResidualBlock(random, channels, next.Channels, next.Downsample, options.ShortcutFromRelu, spectral,
                options.ShortcutWeight);
            _blocks[i] = Child($"block{i + 2}", block);
            channels = next.Channels;
        }
        _logits = Child(architecture.LogitsName, Head(1));
        if (options.RotationClasses > 0) _rotation = Child("l_y", Head(options.RotationClasses));
        if (options.Classes > 0)
            _projection = Child("l_y", new Embedding(random, options.Classes, channels, Init.XavierUniform(), spectral,
                architecture.HeadsIterateInEvaluation));
        if (architecture.DiscriminatorAttention is var after and > 0)
            _attention = Child("attn_block", new SelfAttention2d(random, table[after - 1].Channels, spectral));
        Module?[] heads = [_logits, _rotation, _projection];
        _headNorms = [.. heads.SelectMany(static h => h?.Modules() ?? []).OfType<SpectralNorm>()];
        _norms = [.. Modules().OfType<SpectralNorm>().Except(_headNorms)];

        Linear Head(int outputs) => new(random, channels, outputs, spectral: spectral,
            iterateInEvaluation: architecture.HeadsIterateInEvaluation);
    }

    /// <summary>The shapes.</summary>
    public Architecture Architecture { get; }

    /// <summary>Logits of the head for the rotation task; 0 where there is none.</summary>
    public int RotationClasses => _rotation?.Weight.Shape[0] ?? 0;

    /// <inheritdoc/>
    public override IReadOnlyList<LayerRow> Layers(int batch) => LayerTable.Of(this, batch);

    /// <inheritdoc/>
    public override DiscriminatorOutput Forward(Tensor images, Tensor? labels = null)
    {
        CheckInput(images, labels);
        using var scope = images.Device.Scope();
        var x = images.Cast(_compute);
        // All in one launch. Sums and means are F32, and the heads after them.
        SpectralNorm.Prepare(_norms, x.Type, _headNorms);
        var h = _first.Forward(x);
        for (int i = 0; i < _blocks.Length; i++)
        {
            h = _blocks[i].Forward(h);
            if (i + 2 == Architecture.DiscriminatorAttention) h = _attention!.Forward(h);
        }
        h = h.Relu();
        h = _pooling == PixelPooling.Mean ? h.Mean(1, 2) : h.Sum(1, 2);
        var logits = _logits.Forward(h);
        if (_projection is not null) logits += (_projection.Forward(labels!) * h).Sum([1], keepDims: true);
        return new DiscriminatorOutput(logits.Keep(), _rotation?.Forward(h).Keep()) { Features = h.Keep() };
    }
}
