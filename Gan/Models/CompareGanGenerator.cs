using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Models;

/// <summary>
/// compare_gan's residual generator in an architecture's shapes: linear, blocks that double the size, BN, ReLU, 3x3. Its images
/// are a sigmoid in [0, 1] there; here 2σ(a) − 1 = tanh(a / 2), in [−1, 1].
/// </summary>
public sealed class CompareGanGenerator : Generator
{
    readonly Linear _l1;
    readonly CompareGanBlock[] _blocks;
    readonly BatchNorm2d _norm;
    readonly Conv2d _last;
    readonly SpectralNorm[] _norms;
    readonly DType _compute;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="architecture">The shapes.</param>
    /// <param name="options">Type of the activations, distribution of the noise, and whether weights have spectral norm; it has
    /// initialisers of its own.</param>
    public CompareGanGenerator(Rng random, Architecture architecture, GeneratorOptions? options = null)
        : base(Architecture.Given(random, architecture).Size, architecture.Latent, 0)
    {
        options ??= new();
        (_compute, Distribution) = (options.Compute, options.Latent);
        Architecture = architecture;
        bool spectral = options.SpectralNorm;
        int channels = architecture.StartChannels, area = architecture.StartSize * architecture.StartSize;
        _l1 = Child("l1", new Linear(random, architecture.Latent, area * channels, weight: CompareGanBlock.Weight,
            bias: Init.Zeros, spectral: spectral));
        _blocks = new CompareGanBlock[architecture.GeneratorBlocks.Count];
        for (int i = 0; i < _blocks.Length; i++)
        {
            int outputs = architecture.GeneratorBlocks[i];
            _blocks[i] = Child($"block{i + 2}", new CompareGanBlock(random, channels, outputs, BlockScale.Up, true, spectral));
            channels = outputs;
        }
        _norm = Child($"b{_blocks.Length + 2}", new BatchNorm2d(random.Device, channels));
        _last = Child($"c{_blocks.Length + 2}", CompareGanBlock.Convolution(random, channels, 3, spectral));
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
        SpectralNorm.Prepare(_norms, _compute);
        int start = Architecture.StartSize;
        var h = _l1.Forward(z.Cast(_compute)).Reshape(z.Shape[0], start, start, Architecture.StartChannels);
        foreach (var block in _blocks) h = block.Forward(h);
        return (_last.Forward(_norm.Forward(h, relu: true)) * 0.5f).Tanh().Cast(DType.F32).Keep();
    }
}
