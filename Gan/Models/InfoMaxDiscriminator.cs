using System.Globalization;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Models;

/// <summary>
/// InfoMax-GAN's discriminator (Lee et al. 2021; Mimicry): residual blocks of which all but the last make features of places and
/// the last one, summed over the pixels, those of the image; one linear head for real or fake; and projections of both kinds of
/// features, in which an image is contrasted with the others. All weights have spectral norm.
/// </summary>
public sealed class InfoMaxDiscriminator : Discriminator
{
    internal const string LocalBlocks = "local_feat_blocks", GlobalBlocks = "global_feat_blocks", Head = "linear";

    readonly FirstResidualBlock _first;
    readonly ResidualBlock[] _local;
    readonly ResidualBlock _global;
    readonly Linear _logits, _globalA, _globalB, _globalShortcut;
    readonly Conv2d _localA, _localB, _localShortcut;
    readonly SpectralNorm[] _norms, _headNorms, _localNorms, _globalNorms;
    readonly DType _compute;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="architecture">The shapes.</param>
    /// <param name="contrastWidth">Features in which images are contrasted (1024 in the paper).</param>
    /// <param name="compute">Element type of the activations up to the pooling over the pixels.</param>
    public InfoMaxDiscriminator(Rng random, Architecture architecture, int contrastWidth = 1024, DType compute = DType.F32)
        : base(Architecture.Given(random, architecture).Size, 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(contrastWidth, 1);
        (Architecture, ContrastWidth, _compute) = (architecture, contrastWidth, compute);
        var table = architecture.DiscriminatorBlocks;
        Module[] blocks =
        [
            _first = new FirstResidualBlock(random, 3, table[0].Channels),
            .. _local = [.. Enumerable.Range(1, table.Count - 2).Select(i => Block(i))],
        ];
        _global = Block(table.Count - 1);
        Child(LocalBlocks, new Sequence(blocks));
        Child(GlobalBlocks, new Sequence(_global));
        int places = table[^2].Channels, image = table[^1].Channels;
        _logits = Child(Head, new Linear(random, image, 1, spectral: true));
        _localA = Child("local_nrkhs_a", Map(places, places));
        _localB = Child("local_nrkhs_b", Map(places, contrastWidth));
        _localShortcut = Child("local_nrkhs_sc", Map(places, contrastWidth));
        _globalA = Child("global_nrkhs_a", new Linear(random, image, image, spectral: true));
        _globalB = Child("global_nrkhs_b", new Linear(random, image, contrastWidth, spectral: true));
        _globalShortcut = Child("global_nrkhs_sc", new Linear(random, image, contrastWidth, spectral: true));
        _headNorms = Norms(_logits);
        _norms = [.. blocks.Append(_global).SelectMany(static b => Norms(b))];
        _localNorms = Norms(_localA, _localB, _localShortcut);
        _globalNorms = Norms(_globalA, _globalB, _globalShortcut);

        ResidualBlock Block(int i) => new(random, table[i - 1].Channels, table[i].Channels, table[i].Downsample);

        Conv2d Map(int inputs, int outputs) => new(random, inputs, outputs, 1, spectral: true);

        static SpectralNorm[] Norms(params Module[] modules) =>
            [.. modules.SelectMany(static m => m.Modules()).OfType<SpectralNorm>()];
    }

    /// <summary>The shapes.</summary>
    public Architecture Architecture { get; }

    /// <summary>Features in which images are contrasted.</summary>
    public int ContrastWidth { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<LayerRow> Layers(int batch) => LayerTable.Of(this, batch);

    /// <summary>Images (N, S, S, 3) → logits, and the features before <see cref="Project"/>.</summary>
    /// <inheritdoc/>
    public override DiscriminatorOutput Forward(Tensor images, Tensor? labels = null)
    {
        CheckInput(images, labels);
        using var scope = images.Device.Scope();
        var x = images.Cast(_compute);
        SpectralNorm.Prepare(_norms, x.Type, _headNorms);
        var h = _first.Forward(x);
        foreach (var block in _local) h = block.Forward(h);
        // In Mimicry the last block's ReLU works in place, on the features that are contrasted.
        var local = h.Relu();
        var global = _global.Forward(local).Relu().Sum(1, 2);
        return new DiscriminatorOutput(_logits.Forward(global).Keep())
        {
            Features = global.Keep(), Local = local.Keep(), Global = global,
        };
    }

    /// <summary>
    /// Features of a forward → those that are contrasted, places (N, H, W, D) and images (N, D). Each call in training moves the
    /// projections' power iteration, as each forward moves that of all else.
    /// </summary>
    /// <exception cref="ArgumentException">The output has no features.</exception>
    public (Tensor Local, Tensor Global) Project(DiscriminatorOutput output)
    {
        if (output is not { Local: { } local, Global: { } global })
            throw new ArgumentException("The output of another network has no features to contrast.");
        using var scope = local.Device.Scope();
        SpectralNorm.Prepare(_localNorms, local.Type, _globalNorms);
        var places = _localShortcut.Forward(local) + _localB.Forward(_localA.Forward(local, relu: true));
        var image = _globalShortcut.Forward(global) + _globalB.Forward(_globalA.Forward(global).Relu());
        return (places.Keep(), image.Keep());
    }

    /// <summary>Parts that are numbered.</summary>
    sealed class Sequence : Module
    {
        public Sequence(params Module[] parts)
        {
            for (int i = 0; i < parts.Length; i++) Child(i.ToString(CultureInfo.InvariantCulture), parts[i]);
        }
    }
}
