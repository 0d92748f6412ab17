using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Models;

/// <summary>How R3GAN's generator begins: a learned 4x4 map for each channel, times a number made of the noise.</summary>
public sealed class R3Start : Module
{
    readonly Tensor _maps, _weight;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="inputs">Length of the noise, with what is made of a class.</param>
    /// <param name="channels">Channels.</param>
    public R3Start(Rng random, int inputs, int channels)
    {
        ArgumentNullException.ThrowIfNull(random);
        _maps = Parameter("maps", random.Normal(new Shape(1, 4, 4, channels)));
        _weight = Parameter("weight", Init.KaimingNormal(1)(random, new Shape(channels, inputs), inputs, channels));
    }

    /// <summary>F32 (N, inputs) → F32 (N, 4, 4, channels).</summary>
    public Tensor Forward(Tensor z)
    {
        ArgumentNullException.ThrowIfNull(z);
        return _maps * z.MatMul(_weight, transposeB: true).Reshape(z.Shape[0], 1, 1, _maps.Shape[3]);
    }
}

/// <summary>How R3GAN's discriminator ends: what a 4x4 map of each channel finds, and a linear layer without bias.</summary>
public sealed class R3End : Module
{
    readonly Conv2d _maps;
    readonly Tensor _weight;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="outputs">Length of the result.</param>
    public R3End(Rng random, int channels, int outputs)
    {
        ArgumentNullException.ThrowIfNull(random);
        _maps = Child("maps", new Conv2d(random, channels, channels, 4, padding: 0, weight: Init.KaimingNormal(1),
            groups: channels, hasBias: false));
        _weight = Parameter("weight", Init.KaimingNormal(1)(random, new Shape(outputs, channels), channels, outputs));
    }

    /// <summary>F32 (N, 4, 4, channels) → F32 (N, outputs), and what the maps find, F32 (N, channels).</summary>
    public (Tensor Result, Tensor Found) Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        var found = _maps.Forward(x).Reshape(x.Shape[0], -1);
        return (found.MatMul(_weight, transposeB: true), found);
    }
}
