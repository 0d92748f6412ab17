using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Nn;

/// <summary>
/// 1-D convolution of sequences (N, L, C), with bias or without: PyTorch's, with its first values unless others are given. It is
/// the 2-D one of images with one row, and computes in the type of its sequences.
/// </summary>
public sealed class Conv1d : Layer
{
    readonly ConvSpec _spec;

    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="inputs">Channels of x.</param>
    /// <param name="outputs">Channels of y.</param>
    /// <param name="kernel">Places that a filter sees.</param>
    /// <param name="stride">The step.</param>
    /// <param name="padding">Zeros at each end; −1 means dilation · (kernel / 2), which keeps an odd kernel's length at stride 1.
    /// </param>
    /// <param name="weight">Initialiser of the filters; null means PyTorch's default.</param>
    /// <param name="bias">Initialiser of the bias; null means PyTorch's default.</param>
    /// <param name="dilation">The distance of neighbouring taps.</param>
    /// <param name="groups">Parts that the channels are divided into.</param>
    /// <param name="hasBias">Whether there is a bias.</param>
    /// <exception cref="ArgumentException">Groups that do not divide the channels, a kernel, stride or dilation below 1, or an
    /// initialiser of no bias.</exception>
    public Conv1d(Rng random, int inputs, int outputs, int kernel, int stride = 1, int padding = 0, Initializer? weight = null,
        Initializer? bias = null, int dilation = 1, int groups = 1, bool hasBias = true)
    {
        ArgumentNullException.ThrowIfNull(random);
        Init.CheckGroups("Conv1d", inputs, outputs, groups, hasBias, bias);
        if (kernel < 1 || stride < 1 || dilation < 1)
            throw new ArgumentException(
                $"Conv1d: kernel {kernel}, stride {stride} and dilation {dilation} must each be at least 1.");
        int side = padding < 0 ? dilation * (kernel / 2) : padding, channels = inputs / groups;
        _spec = new ConvSpec(1, 0, 1, groups) { StrideW = stride, Left = side, Right = side, DilationW = dilation };
        Weight = Parameter("weight", (weight ?? Init.PyTorchWeight)(random, new Shape(outputs, kernel, channels),
            channels * kernel, outputs * kernel));
        if (hasBias)
            Bias = Parameter("bias", (bias ?? Init.PyTorchBias)(random, new Shape(outputs), channels * kernel, outputs * kernel));
    }

    /// <summary>(out, kernel, in / groups): PyTorch's (out, in / groups, kernel) with its last axes exchanged.</summary>
    public Tensor Weight { get; }

    /// <summary>(out), or null.</summary>
    public Tensor? Bias { get; }

    /// <summary>(N, L, in) to (N, OL, out) with OL = ⌊(L + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1.</summary>
    /// <exception cref="ArgumentException">Not sequences of so many channels, or shorter than a filter.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        Guard.Rank("Conv1d", "x", x, 3);
        int channels = Weight.Shape[2] * _spec.Groups, length = x.Shape[1] + _spec.Left + _spec.Right;
        if (x.Shape[2] != channels)
            throw new ArgumentException($"Conv1d: x {x.Shape} has {x.Shape[2]} channels; {channels} are expected.");
        if (length < _spec.ReachW(Weight.Shape[1]))
            throw new ArgumentException(
                $"Conv1d: x {x.Shape} is shorter, with padding, than the {_spec.ReachW(Weight.Shape[1])} that a filter spans.");
        var w = Weight.Cast(x.Type).Reshape(Weight.Shape[0], 1, Weight.Shape[1], Weight.Shape[2]);
        var y = x.Reshape(x.Shape[0], 1, x.Shape[1], x.Shape[2]).Conv2d(w, Bias, _spec);
        return y.Reshape(y.Shape[0], y.Shape[2], y.Shape[3]);
    }
}
