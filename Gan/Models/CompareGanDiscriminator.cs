using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Models;

/// <summary>
/// compare_gan's residual discriminator in an architecture's shapes: blocks, ReLU, the mean over the pixels, one linear head for
/// real or fake and, where it is wanted, one for the rotation. Its first block is like the others, and begins with a ReLU: there
/// images lie in [0, 1], and so they are brought there first.
/// </summary>
public sealed class CompareGanDiscriminator : Discriminator
{
    readonly CompareGanBlock[] _blocks;
    readonly Linear _logits;
    readonly Linear? _rotation;
    readonly SpectralNorm[] _norms, _headNorms;
    readonly DType _compute;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="architecture">The shapes.</param>
    /// <param name="options">Type of the activations, classes of the rotation task, and whether weights have spectral norm; what
    /// else it can say, is fixed here.</param>
    public CompareGanDiscriminator(Rng random, Architecture architecture, DiscriminatorOptions? options = null)
        : base(Architecture.Given(random, architecture).Size, 0)
    {
        options ??= new();
        Architecture = architecture;
        _compute = options.Compute;
        bool spectral = options.SpectralNorm;
        var table = architecture.DiscriminatorBlocks;
        _blocks = new CompareGanBlock[table.Count];
        int channels = 3;
        for (int i = 0; i < _blocks.Length; i++)
        {
            var scale = table[i].Downsample ? BlockScale.Down : BlockScale.Same;
            _blocks[i] =
                Child($"block{i + 1}", new CompareGanBlock(random, channels, table[i].Channels, scale, false, spectral));
            channels = table[i].Channels;
        }
        _logits = Child(architecture.LogitsName, Head(1));
        if (options.RotationClasses > 0) _rotation = Child("l_y", Head(options.RotationClasses));
        Linear[] heads = _rotation is null ? [_logits] : [_logits, _rotation];
        _headNorms = [.. heads.SelectMany(static h => h.Modules()).OfType<SpectralNorm>()];
        _norms = [.. Modules().OfType<SpectralNorm>().Except(_headNorms)];

        Linear Head(int outputs) =>
            new(random, channels, outputs, weight: CompareGanBlock.Weight, bias: Init.Zeros, spectral: spectral);
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
        var h = images.Cast(_compute).Affine(0.5f, 0.5f);
        SpectralNorm.Prepare(_norms, h.Type, _headNorms);
        foreach (var block in _blocks) h = block.Forward(h);
        // Means are F32, and the heads after them.
        h = h.Relu().Mean(1, 2);
        return new DiscriminatorOutput(_logits.Forward(h).Keep(), _rotation?.Forward(h).Keep()) { Features = h.Keep() };
    }
}
