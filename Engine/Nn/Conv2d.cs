using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Nn;

/// <summary>
/// 2-D convolution of (N, H, W, C) images with bias, optionally spectrally normalised. It computes in the type of its images: the
/// parameters are F32, and the filters are cast where they are used.
/// </summary>
public sealed class Conv2d : Module
{
    readonly int _stride, _padding;
    readonly SpectralNorm? _spectral;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="inputs">Channels of x.</param>
    /// <param name="outputs">Channels of y.</param>
    /// <param name="kernel">The filter's side.</param>
    /// <param name="stride">The step.</param>
    /// <param name="padding">Zeros around the image; −1 means kernel / 2, which keeps the size at stride 1.</param>
    /// <param name="weight">Initialiser of the filters; null means Xavier uniform.</param>
    /// <param name="bias">Initialiser of the bias; null means PyTorch's default.</param>
    /// <param name="spectral">Whether the filters, as a matrix (out, rest), are divided by their spectral norm.</param>
    public Conv2d(Rng random, int inputs, int outputs, int kernel, int stride = 1, int padding = -1,
        Initializer? weight = null, Initializer? bias = null, bool spectral = false)
    {
        ArgumentNullException.ThrowIfNull(random);
        (_stride, _padding) = (stride, padding < 0 ? kernel / 2 : padding);
        int area = kernel * kernel;
        Weight = Parameter("weight", (weight ?? Init.XavierUniform())(random, new Shape(outputs, kernel, kernel, inputs),
            inputs * area, outputs * area));
        Bias = Parameter("bias", (bias ?? Init.PyTorchBias)(random, new Shape(outputs), inputs * area, outputs * area));
        if (spectral) _spectral = Child("spectral", new SpectralNorm(random, Weight));
    }

    /// <summary>(out, kernel, kernel, in), before any normalisation.</summary>
    public Tensor Weight { get; }

    /// <summary>(out).</summary>
    public Tensor Bias { get; }

    /// <summary>The normalisation of the weight, or null.</summary>
    public SpectralNorm? Spectral => _spectral;

    /// <summary>(N, H, W, in) → (N, OH, OW, out) of the same type, optionally followed by ReLU.</summary>
    public Tensor Forward(Tensor x, bool relu = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Conv2d(_spectral?.Take(x.Type) ?? Weight.Cast(x.Type), Bias, _stride, _padding, relu);
    }
}
