using Ssgan.Engine;
using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Models;

/// <summary>
/// A generator's residual block, in → out channels at twice the size: BN, ReLU, x2, 3x3, BN, ReLU, 3x3, plus a 1x1 shortcut.
/// </summary>
public sealed class GeneratorBlock : Module
{
    readonly Func<Tensor, Latent, Tensor> _b1, _b2;
    readonly Conv2d _c1, _c2, _shortcut;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="inputs">Channels in.</param>
    /// <param name="outputs">Channels out.</param>
    /// <param name="shortcut">Initialiser of the shortcut's filters; null means Xavier uniform.</param>
    /// <param name="norm">What its batch norms go by.</param>
    /// <param name="spectral">Whether the filters have spectral norm.</param>
    public GeneratorBlock(Rng random, int inputs, int outputs, Initializer? shortcut = null, GeneratorNorm norm = default,
        bool spectral = false)
    {
        ArgumentNullException.ThrowIfNull(random);
        var root2 = Init.XavierUniform(MathF.Sqrt(2));
        _c1 = Child("c1", new Conv2d(random, inputs, outputs, 3, weight: root2, spectral: spectral));
        _c2 = Child("c2", new Conv2d(random, outputs, outputs, 3, weight: root2, spectral: spectral));
        (var b1, _b1) = norm.Create(random, inputs);
        Child("b1", b1);
        (var b2, _b2) = norm.Create(random, outputs);
        Child("b2", b2);
        _shortcut = Child("c_sc", new Conv2d(random, inputs, outputs, 1, weight: shortcut, spectral: spectral));
    }

    /// <summary>(N, H, W, in) → (N, 2H, 2W, out) of the same type.</summary>
    /// <param name="x">The feature map.</param>
    /// <param name="latent">The class or the noise of each image, where its batch norms go by them.</param>
    public Tensor Forward(Tensor x, Latent latent = default)
    {
        ArgumentNullException.ThrowIfNull(x);
        using var scope = x.Device.Scope();
        var h = _c1.Forward(_b1(x, latent).Upsample2x());
        h = _c2.Forward(_b2(h, latent));
        // A 1x1 convolution commutes with bilinear upsampling (the weights sum to 1, so the bias does too): run it on a
        // quarter of the pixels.
        return (h + _shortcut.Forward(x).Upsample2x()).Keep();
    }
}
