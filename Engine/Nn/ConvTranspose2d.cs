using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Nn;

/// <summary>
/// 2-D transposed convolution of (N, H, W, C) images, with bias or without: PyTorch's, with its first values unless others are
/// given. It computes in the type of its images: the parameters are F32, and the filters are cast where they are used.
/// </summary>
public sealed class ConvTranspose2d : Layer
{
    readonly ConvSpec _spec;
    readonly (int H, int W) _outputPadding;

    /// <summary>Square filters, the same stride, padding and dilation of both axes.</summary>
    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="inputs">Channels of x.</param>
    /// <param name="outputs">Channels of y.</param>
    /// <param name="kernel">The filter's side.</param>
    /// <param name="stride">Output pixels between the windows of neighbouring input pixels.</param>
    /// <param name="padding">Pixels that each side of the output lacks.</param>
    /// <param name="outputPadding">Rows and columns more at the bottom and at the right, below the stride.</param>
    /// <param name="weight">Initialiser of the filters; null means PyTorch's default.</param>
    /// <param name="bias">Initialiser of the bias; null means PyTorch's default.</param>
    /// <param name="dilation">The distance of neighbouring taps.</param>
    /// <param name="groups">Parts that the channels are divided into.</param>
    /// <param name="hasBias">Whether there is a bias.</param>
    /// <exception cref="ArgumentException">Groups that do not divide the channels, or an initialiser of no bias.</exception>
    public ConvTranspose2d(Rng random, int inputs, int outputs, int kernel, int stride = 1, int padding = 0,
        int outputPadding = 0, Initializer? weight = null, Initializer? bias = null, int dilation = 1, int groups = 1,
        bool hasBias = true)
        : this(random, inputs, outputs, (kernel, kernel), new ConvSpec(stride, padding, dilation, groups),
            (outputPadding, outputPadding), weight, bias, hasBias)
    {
    }

    /// <summary>Filters of any size, slid in any way.</summary>
    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="inputs">Channels of x.</param>
    /// <param name="outputs">Channels of y.</param>
    /// <param name="kernel">Height and width of the filters.</param>
    /// <param name="spec">How the convolution slides that is transposed.</param>
    /// <param name="outputPadding">Rows and columns more at the bottom and at the right, below the stride.</param>
    /// <param name="weight">Initialiser of the filters; null means PyTorch's default.</param>
    /// <param name="bias">Initialiser of the bias; null means PyTorch's default.</param>
    /// <param name="hasBias">Whether there is a bias.</param>
    /// <exception cref="ArgumentException">Groups that do not divide the channels, or an initialiser of no bias.</exception>
    public ConvTranspose2d(Rng random, int inputs, int outputs, (int H, int W) kernel, ConvSpec spec,
        (int H, int W) outputPadding = default, Initializer? weight = null, Initializer? bias = null, bool hasBias = true)
    {
        ArgumentNullException.ThrowIfNull(random);
        Init.CheckGroups("ConvTranspose2d", inputs, outputs, spec.Groups, hasBias, bias);
        (_spec, _outputPadding) = (spec, outputPadding);
        // PyTorch reads the fans off the filters (in, out / groups, …) as if they were a convolution's.
        int area = kernel.H * kernel.W, channels = outputs / spec.Groups;
        Weight = Parameter("weight", (weight ?? Init.PyTorchWeight)(random, new Shape(inputs, kernel.H, kernel.W, channels),
            channels * area, inputs * area));
        if (hasBias)
            Bias = Parameter("bias", (bias ?? Init.PyTorchBias)(random, new Shape(outputs), channels * area, inputs * area));
    }

    /// <summary>(in, kernel, kernel, out / groups).</summary>
    public Tensor Weight { get; }

    /// <summary>(out), or null.</summary>
    public Tensor? Bias { get; }

    /// <summary>(N, H, W, in) → (N, OH, OW, out) of the same type.</summary>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.ConvTranspose2d(Weight.Cast(x.Type), Bias, _spec, _outputPadding);
    }
}
