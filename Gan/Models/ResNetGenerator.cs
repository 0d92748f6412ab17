using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Models;

/// <summary>What differs between generators of one architecture.</summary>
public sealed record GeneratorOptions
{
    /// <summary>
    /// Initialiser of the shortcuts' filters; null means Xavier uniform. Mimicry's WGAN-GP has <see cref="Init.PyTorchWeight"/>.
    /// </summary>
    public Initializer? ShortcutWeight { get; init; }

    /// <summary>Initialiser of the last convolution's filters; the same.</summary>
    public Initializer? LastWeight { get; init; }

    /// <summary>
    /// Element type of the activations: F32, or BF16 where the device computes in it. Noise is cast to it, and every layer
    /// follows its input; parameters are F32.
    /// </summary>
    public DType Compute { get; init; }
}

/// <summary>
/// Maps noise (N, latent) to images (N, S, S, 3) in [−1, 1]: linear, residual blocks that double the size, BN, ReLU, 3x3, tanh.
/// </summary>
public sealed class ResNetGenerator : Generator
{
    readonly Linear _l1;
    readonly GeneratorBlock[] _blocks;
    readonly BatchNorm2d _norm;
    readonly Conv2d _last;
    readonly DType _compute;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="architecture">The shapes.</param>
    /// <param name="options">What differs between generators of one architecture.</param>
    public ResNetGenerator(Rng random, Architecture architecture, GeneratorOptions? options = null)
        : base(Given(random, architecture).Size, architecture.Latent, 0)
    {
        options ??= new();
        _compute = options.Compute;
        Architecture = architecture;
        int channels = architecture.StartChannels, area = architecture.StartSize * architecture.StartSize;
        _l1 = Child("l1", new Linear(random, architecture.Latent, area * channels));
        // Names count from 2 and the tail takes the next number, as in Mimicry's files.
        _blocks = new GeneratorBlock[architecture.GeneratorBlocks.Count];
        for (int i = 0; i < _blocks.Length; i++)
        {
            int outputs = architecture.GeneratorBlocks[i];
            _blocks[i] = Child($"block{i + 2}", new GeneratorBlock(random, channels, outputs, options.ShortcutWeight));
            channels = outputs;
        }
        _norm = Child($"b{_blocks.Length + 2}", new BatchNorm2d(random.Device, channels));
        _last = Child($"c{_blocks.Length + 2}", new Conv2d(random, channels, 3, 3, weight: options.LastWeight));
    }

    static Architecture Given(Rng random, Architecture architecture)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(architecture);
        return architecture;
    }

    /// <summary>The shapes.</summary>
    public Architecture Architecture { get; }

    public override IReadOnlyList<LayerRow> Layers(int batch) => LayerTable.Of(this, batch);

    public override Tensor Forward(Latent latent)
    {
        var z = latent.Z;
        ArgumentNullException.ThrowIfNull(z);
        CheckLabels(latent);
        using var scope = z.Device.Scope();
        int start = Architecture.StartSize;
        var h = _l1.Forward(z.Cast(_compute)).Reshape(z.Shape[0], start, start, Architecture.StartChannels);
        foreach (var block in _blocks) h = block.Forward(h);
        return _last.Forward(_norm.Forward(h, relu: true)).Tanh().Cast(DType.F32).Keep();
    }
}
