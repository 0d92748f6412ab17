using Ssgan.Engine;
using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Models;

/// <summary>
/// A discriminator's residual block: ReLU, 3x3, ReLU, 3x3, average pool if it halves the image; the shortcut
/// is a 1x1 convolution where shape or channels change, else the identity.
/// </summary>
public sealed class ResidualBlock : Module
{
    readonly Conv2d _c1, _c2;
    readonly Conv2d? _shortcut;
    readonly bool _downsample, _shortcutFromRelu;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="inputs">Channels in, and of the hidden layer.</param>
    /// <param name="outputs">Channels out.</param>
    /// <param name="downsample">Whether the image is halved.</param>
    /// <param name="shortcutFromRelu">Whether the shortcut sees ReLU(x), as in the published scores, or x.</param>
    /// <param name="spectral">Whether the filters have spectral norm.</param>
    /// <param name="shortcut">Initialiser of the 1x1 filters of the shortcut; null means Xavier uniform.</param>
    public ResidualBlock(Rng random, int inputs, int outputs, bool downsample, bool shortcutFromRelu = true,
        bool spectral = true, Initializer? shortcut = null)
    {
        ArgumentNullException.ThrowIfNull(random);
        var root2 = Init.XavierUniform(MathF.Sqrt(2));
        (_downsample, _shortcutFromRelu) = (downsample, shortcutFromRelu);
        _c1 = Child("c1", new Conv2d(random, inputs, inputs, 3, weight: root2, spectral: spectral));
        _c2 = Child("c2", new Conv2d(random, inputs, outputs, 3, weight: root2, spectral: spectral));
        if (downsample || inputs != outputs)
            _shortcut = Child("c_sc", new Conv2d(random, inputs, outputs, 1, weight: shortcut, spectral: spectral));
    }

    /// <summary>(N, H, W, in) → (N, H or H/2, W or W/2, out) of the same type.</summary>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        using var scope = x.Device.Scope();
        var active = x.Relu();
        var h = _c2.Forward(_c1.Forward(active, relu: true));
        var shortcut = _shortcutFromRelu ? active : x;
        // Pooling is linear and per channel, so it commutes with the 1x1 convolution and with the sum: pool first, convolve a
        // quarter of the pixels.
        if (_shortcut is null) h += shortcut;
        if (_downsample) h = h.AvgPool2d();
        if (_shortcut is not null) h += _shortcut.Forward(_downsample ? shortcut.AvgPool2d() : shortcut);
        return h.Keep();
    }
}

/// <summary>
/// The discriminator's first block: 3x3, ReLU, 3x3, average pool; the shortcut pools the image and then convolves 1x1.
/// </summary>
public sealed class FirstResidualBlock : Module
{
    readonly Conv2d _c1, _c2, _shortcut;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="inputs">Channels in.</param>
    /// <param name="outputs">Channels out, and of the hidden layer.</param>
    /// <param name="spectral">Whether the filters have spectral norm.</param>
    /// <param name="shortcut">Initialiser of the 1x1 filters of the shortcut; null means Xavier uniform.</param>
    public FirstResidualBlock(Rng random, int inputs, int outputs, bool spectral = true, Initializer? shortcut = null)
    {
        ArgumentNullException.ThrowIfNull(random);
        var root2 = Init.XavierUniform(MathF.Sqrt(2));
        _c1 = Child("c1", new Conv2d(random, inputs, outputs, 3, weight: root2, spectral: spectral));
        _c2 = Child("c2", new Conv2d(random, outputs, outputs, 3, weight: root2, spectral: spectral));
        _shortcut = Child("c_sc", new Conv2d(random, inputs, outputs, 1, weight: shortcut, spectral: spectral));
    }

    /// <summary>(N, H, W, in) → (N, H/2, W/2, out) of the same type.</summary>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        using var scope = x.Device.Scope();
        var h = _c2.Forward(_c1.Forward(x, relu: true)).AvgPool2d();
        return (h + _shortcut.Forward(x.AvgPool2d())).Keep();
    }
}
