using Ssgan.Engine;
using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Models;

/// <summary>What a residual block does to the size of an image.</summary>
public enum BlockScale
{
    /// <summary>Nothing.</summary>
    Same,

    /// <summary>Doubles it, by zeros between the pixels.</summary>
    Up,

    /// <summary>Halves it, by means of 2 x 2.</summary>
    Down,
}

/// <summary>
/// A residual block as compare_gan has it (Kurach et al. 2019, "A Large-Scale Study on Regularization and Normalization in
/// GANs"): ReLU, 3x3, ReLU, 3x3, with batch norm before each ReLU in a generator, plus a 3x3 shortcut of x itself. Hidden
/// channels are as many as those that go out. Before the first convolution zeros are put between pixels, after the second one
/// they are averaged, and so in the shortcut.
/// </summary>
public sealed class CompareGanBlock : Module
{
    readonly BatchNorm2d? _b1, _b2;
    readonly Conv2d _c1, _c2, _shortcut;
    readonly BlockScale _scale;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="inputs">Channels in.</param>
    /// <param name="outputs">Channels out.</param>
    /// <param name="scale">What becomes of the size.</param>
    /// <param name="normalised">Whether it has batch norm.</param>
    /// <param name="spectral">Whether the filters have spectral norm.</param>
    public CompareGanBlock(Rng random, int inputs, int outputs, BlockScale scale, bool normalised, bool spectral)
    {
        ArgumentNullException.ThrowIfNull(random);
        _scale = scale;
        _c1 = Child("c1", Convolution(random, inputs, outputs, spectral));
        _c2 = Child("c2", Convolution(random, outputs, outputs, spectral));
        if (normalised)
        {
            _b1 = Child("b1", new BatchNorm2d(random.Device, inputs));
            _b2 = Child("b2", new BatchNorm2d(random.Device, outputs));
        }
        _shortcut = Child("c_sc", Convolution(random, inputs, outputs, spectral));
    }

    /// <summary>Its initialiser of weights: normal with the deviation 0.02.</summary>
    internal static Initializer Weight { get; } = Init.Normal(0.02f);

    /// <summary>A 3x3 convolution with its initialisers.</summary>
    internal static Conv2d Convolution(Rng random, int inputs, int outputs, bool spectral) =>
        new(random, inputs, outputs, 3, weight: Weight, bias: Init.Zeros, spectral: spectral);

    /// <summary>(N, H, W, in) → (N, H', W', out) of the same type.</summary>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        using var scope = x.Device.Scope();
        bool up = _scale == BlockScale.Up;
        var h = _b1?.Forward(x, relu: true) ?? x.Relu();
        h = _c1.Forward(up ? BetweenZeros(h) : h, relu: _b2 is null);
        h = _c2.Forward(_b2?.Forward(h, relu: true) ?? h);
        h += _shortcut.Forward(up ? BetweenZeros(x) : x);
        // A mean of a sum is the sum of the means.
        return (_scale == BlockScale.Down ? h.AvgPool2d() : h).Keep();
    }

    /// <summary>(N, H, W, C) → (N, 2H, 2W, C): x at even places, 0 elsewhere.</summary>
    static Tensor BetweenZeros(Tensor x)
    {
        int n = x.Shape[0], h = x.Shape[1], w = x.Shape[2], c = x.Shape[3];
        var rows = Tensor.Concat([x, x.Device.Zeros(x.Shape, x.Type)], 3).Reshape(n * h, 1, 2 * w * c);
        return Tensor.Concat([rows, x.Device.Zeros(rows.Shape, x.Type)], 1).Reshape(n, 2 * h, 2 * w, c);
    }
}
