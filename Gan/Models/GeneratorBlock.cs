using Ssgan.Engine;
using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Models;

/// <summary>
/// A generator's residual block, in → out channels at twice the size: BN, ReLU, x2, 3x3, BN, ReLU, 3x3, plus a 1x1 shortcut.
/// </summary>
public sealed class GeneratorBlock : Module
{
    readonly BatchNorm2d _b1, _b2;
    readonly Conv2d _c1, _c2, _shortcut;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="inputs">Channels in.</param>
    /// <param name="outputs">Channels out.</param>
    /// <param name="shortcut">Initialiser of the shortcut's filters; null means Xavier uniform.</param>
    public GeneratorBlock(Rng random, int inputs, int outputs, Initializer? shortcut = null)
    {
        ArgumentNullException.ThrowIfNull(random);
        var root2 = Init.XavierUniform(MathF.Sqrt(2));
        _c1 = Child("c1", new Conv2d(random, inputs, outputs, 3, weight: root2));
        _c2 = Child("c2", new Conv2d(random, outputs, outputs, 3, weight: root2));
        _b1 = Child("b1", new BatchNorm2d(random.Device, inputs));
        _b2 = Child("b2", new BatchNorm2d(random.Device, outputs));
        _shortcut = Child("c_sc", new Conv2d(random, inputs, outputs, 1, weight: shortcut));
    }

    /// <summary>(N, H, W, in) → (N, 2H, 2W, out) of the same type.</summary>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        using var scope = x.Device.Scope();
        var h = _c1.Forward(_b1.Forward(x, relu: true).Upsample2x());
        h = _c2.Forward(_b2.Forward(h, relu: true));
        // A 1x1 convolution commutes with bilinear upsampling (the weights sum to 1, so the bias does too): run it on a
        // quarter of the pixels.
        return (h + _shortcut.Forward(x).Upsample2x()).Keep();
    }
}
