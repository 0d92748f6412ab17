using Ssgan.Engine;
using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Models;

/// <summary>
/// The blocks of one resolution of R3GAN's networks, and the 1x1 convolution that changes the width between two resolutions:
/// before the blocks of the generator, behind those of the discriminator.
/// </summary>
public sealed class R3Blocks : Module
{
    readonly Conv2d? _change;
    readonly R3Block[] _blocks;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="stage">The blocks.</param>
    /// <param name="from">Channels before the change of width.</param>
    /// <param name="to">Channels behind it; there is none where they are equal.</param>
    /// <param name="blocks">Blocks of the whole network.</param>
    public R3Blocks(Rng random, R3Stage stage, int from, int to, int blocks)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (from != to)
            _change = Child("change", new Conv2d(random, from, to, 1, weight: Init.KaimingNormal(1), hasBias: false));
        _blocks = [.. Enumerable.Range(1, stage.Blocks)
            .Select(i => Child($"block{i}", new R3Block(random, stage.Channels, stage.Groups, blocks)))];
    }

    /// <summary>(N, H, W, from) → (N, H, W, to).</summary>
    public Tensor Change(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return _change?.Forward(x) ?? x;
    }

    /// <summary>(N, H, W, channels) → the same, by all blocks.</summary>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        foreach (var block in _blocks) x = block.Forward(x);
        return x;
    }
}
