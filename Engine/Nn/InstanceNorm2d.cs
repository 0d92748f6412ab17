using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Nn;

/// <summary>
/// Instance normalisation of images (N, H, W, C) (Ulyanov et al. 2016): one mean and variance for each image and channel. As in
/// PyTorch there are no parameters unless asked for, and no running statistics: evaluation is as training.
/// </summary>
public sealed class InstanceNorm2d : Layer
{
    readonly int _channels;
    readonly float _epsilon;

    /// <param name="device">Where it computes.</param>
    /// <param name="channels">Channels C of x.</param>
    /// <param name="epsilon">Added to the biased variance before the root.</param>
    /// <param name="affine">Whether there are weight, from 1, and bias, from 0.</param>
    /// <exception cref="ArgumentException">No channels, or an epsilon that is negative or not finite.</exception>
    public InstanceNorm2d(Device device, int channels, float epsilon = 1e-5f, bool affine = false)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (channels < 1) throw new ArgumentException($"InstanceNorm2d: {channels} channels; at least 1 is needed.");
        Normalization.CheckEpsilon("InstanceNorm2d", epsilon);
        (_channels, _epsilon) = (channels, epsilon);
        if (!affine) return;
        Weight = Parameter("weight", device.Full(new Shape(channels), 1));
        Bias = Parameter("bias", device.Zeros(new Shape(channels)));
    }

    /// <summary>Scale (C), or null.</summary>
    public Tensor? Weight { get; }

    /// <summary>Shift (C), or null.</summary>
    public Tensor? Bias { get; }

    /// <summary>Images to images.</summary>
    /// <exception cref="ArgumentException">Not images of so many channels, or with one pixel each, whose variance says
    /// nothing.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        Guard.Rank("InstanceNorm2d", "x", x, 4);
        if (x.Shape[3] != _channels)
            throw new ArgumentException($"InstanceNorm2d: x {x.Shape} has {x.Shape[3]} channels; {_channels} are expected.");
        if ((long)x.Shape[1] * x.Shape[2] <= 1)
            throw new ArgumentException($"InstanceNorm2d: x {x.Shape} has fewer than two values per image and channel.");
        var y = Normalization.Standardize(x.Cast(DType.F32), [1, 2], _epsilon);
        return Normalization.Scale(y, Weight, Bias).Cast(x.Type);
    }
}
