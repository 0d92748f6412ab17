using Ssgan.Engine;
using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Models;

/// <summary>
/// R3GAN's residual block (Huang et al. 2024, section 4): 1x1 to twice the channels, grouped 3x3, 1x1 back, with bias and leaky
/// ReLU of slope 0.2 between them, added to what came in. Nothing is normalised: the first two layers bring the variance to one
/// part in as many as the network has blocks, and the last one begins at zero, so that at first a block passes its input on.
/// </summary>
public sealed class R3Block : Module
{
    readonly Conv2d _conv1, _conv2, _conv3;
    readonly BiasedLeakyRelu _act1, _act2;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="channels">Channels in and out.</param>
    /// <param name="groups">Groups of the 3x3 convolution.</param>
    /// <param name="blocks">Blocks of the whole network.</param>
    public R3Block(Rng random, int channels, int groups, int blocks)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(blocks, 1);
        int inner = 2 * channels;
        // Two layers share what the block may add.
        var weight = Init.KaimingNormal(BiasedLeakyRelu.Gain * MathF.Pow(blocks, -0.25f));
        _conv1 = Child("conv1", new Conv2d(random, channels, inner, 1, weight: weight, hasBias: false));
        _act1 = Child("act1", new BiasedLeakyRelu(random.Device, inner));
        _conv2 = Child("conv2", new Conv2d(random, inner, inner, 3, weight: weight, groups: groups, hasBias: false));
        _act2 = Child("act2", new BiasedLeakyRelu(random.Device, inner));
        _conv3 = Child("conv3", new Conv2d(random, inner, channels, 1, weight: Init.Zeros, hasBias: false));
    }

    /// <summary>(N, H, W, channels) → the same.</summary>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        using var scope = x.Device.Scope();
        var h = _act2.Forward(_conv2.Forward(_act1.Forward(_conv1.Forward(x))));
        return (x + _conv3.Forward(h)).Keep();
    }
}
