using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Nn;

/// <summary>
/// 2-D convolution of (N, H, W, C) images, with bias or without, optionally spectrally normalised. It computes in the type of its
/// images: the parameters are F32, and the filters are cast where they are used.
/// </summary>
public sealed class Conv2d : Layer
{
    readonly SpectralNorm? _spectral;

    /// <summary>Square filters, the same stride, padding and dilation of both axes.</summary>
    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="inputs">Channels of x.</param>
    /// <param name="outputs">Channels of y.</param>
    /// <param name="kernel">The filter's side.</param>
    /// <param name="stride">The step.</param>
    /// <param name="padding">Zeros around the image; −1 means dilation · (kernel / 2), which keeps the size at stride 1.</param>
    /// <param name="weight">Initialiser of the filters; null means Xavier uniform.</param>
    /// <param name="bias">Initialiser of the bias; null means PyTorch's default.</param>
    /// <param name="spectral">Whether the filters, as a matrix (out, rest), are divided by their spectral norm.</param>
    /// <param name="dilation">The distance of neighbouring taps.</param>
    /// <param name="groups">Parts that the channels are divided into; as many as there are: a depthwise convolution.</param>
    /// <param name="hasBias">Whether there is a bias.</param>
    /// <exception cref="ArgumentException">Groups that do not divide the channels, or an initialiser of no bias.</exception>
    public Conv2d(Rng random, int inputs, int outputs, int kernel, int stride = 1, int padding = -1,
        Initializer? weight = null, Initializer? bias = null, bool spectral = false, int dilation = 1, int groups = 1,
        bool hasBias = true)
        : this(random, inputs, outputs, (kernel, kernel),
            new ConvSpec(stride, padding < 0 ? dilation * (kernel / 2) : padding, dilation, groups), weight, bias, spectral,
            hasBias)
    {
    }

    /// <summary>Filters of any size, slid in any way.</summary>
    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="inputs">Channels of x.</param>
    /// <param name="outputs">Channels of y.</param>
    /// <param name="kernel">Height and width of the filters.</param>
    /// <param name="spec">How they slide.</param>
    /// <param name="weight">Initialiser of the filters; null means Xavier uniform.</param>
    /// <param name="bias">Initialiser of the bias; null means PyTorch's default.</param>
    /// <param name="spectral">Whether the filters, as a matrix (out, rest), are divided by their spectral norm.</param>
    /// <param name="hasBias">Whether there is a bias.</param>
    /// <exception cref="ArgumentException">Groups that do not divide the channels, or an initialiser of no bias.</exception>
    public Conv2d(Rng random, int inputs, int outputs, (int H, int W) kernel, ConvSpec spec, Initializer? weight = null,
        Initializer? bias = null, bool spectral = false, bool hasBias = true)
    {
        ArgumentNullException.ThrowIfNull(random);
        Init.CheckGroups("Conv2d", inputs, outputs, spec.Groups, hasBias, bias);
        Spec = spec;
        int area = kernel.H * kernel.W, channels = inputs / spec.Groups;
        // As PyTorch counts them: a filter's inputs are its group's, the outputs all.
        Weight = Parameter("weight", (weight ?? Init.XavierUniform())(random, new Shape(outputs, kernel.H, kernel.W, channels),
            channels * area, outputs * area));
        if (hasBias)
            Bias = Parameter("bias", (bias ?? Init.PyTorchBias)(random, new Shape(outputs), channels * area, outputs * area));
        if (spectral) _spectral = Child("spectral", new SpectralNorm(random, Weight));
    }

    /// <summary>How the filters slide.</summary>
    public ConvSpec Spec { get; }

    /// <summary>(out, kernel, kernel, in / groups), before any normalisation.</summary>
    public Tensor Weight { get; }

    /// <summary>(out), or null.</summary>
    public Tensor? Bias { get; }

    /// <summary>The normalisation of the weight, or null.</summary>
    public SpectralNorm? Spectral => _spectral;

    /// <summary>(N, H, W, in) → (N, OH, OW, out) of the same type.</summary>
    public override Tensor Forward(Tensor x) => Forward(x, relu: false);

    /// <summary>The same, with <paramref name="relu"/> followed by ReLU.</summary>
    public Tensor Forward(Tensor x, bool relu)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Conv2d(_spectral?.Take(x.Type) ?? Weight.Cast(x.Type), Bias, Spec, relu);
    }
}
