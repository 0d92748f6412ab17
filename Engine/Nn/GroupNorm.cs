using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Nn;

/// <summary>
/// Group normalisation of (N, …, C) (Wu and He 2018): one mean and variance for each of N and each group of neighbouring
/// channels; weight starts at 1, bias at 0, one of each channel. One group is a layer norm of images, as many as channels an
/// instance norm.
/// </summary>
public sealed class GroupNorm : Layer
{
    readonly int _groups, _channels;
    readonly float _epsilon;

    /// <param name="device">Where it computes.</param>
    /// <param name="groups">Parts that the channels are divided into.</param>
    /// <param name="channels">The last axis of x.</param>
    /// <param name="epsilon">Added to the biased variance before the root.</param>
    /// <param name="affine">Whether there are weight and bias.</param>
    /// <exception cref="ArgumentException">Groups that do not divide the channels, or an epsilon that is negative or not
    /// finite.</exception>
    public GroupNorm(Device device, int groups, int channels, float epsilon = 1e-5f, bool affine = true)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (groups < 1 || channels < 1 || channels % groups != 0)
            throw new ArgumentException($"GroupNorm: {groups} groups do not divide {channels} channels.");
        Normalization.CheckEpsilon("GroupNorm", epsilon);
        (_groups, _channels, _epsilon) = (groups, channels, epsilon);
        if (!affine) return;
        Weight = Parameter("weight", device.Full(new Shape(channels), 1));
        Bias = Parameter("bias", device.Zeros(new Shape(channels)));
    }

    /// <summary>Scale (C), or null.</summary>
    public Tensor? Weight { get; }

    /// <summary>Shift (C), or null.</summary>
    public Tensor? Bias { get; }

    /// <summary>x (N, …, C) to the same.</summary>
    /// <exception cref="ArgumentException">x has no batch, or another number of channels.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Shape.Rank < 2 || x.Shape[-1] != _channels)
            throw new ArgumentException($"GroupNorm: x {x.Shape} must be (N, ..., {_channels}).");
        int n = x.Shape[0], places = 1;
        for (int i = 1; i < x.Shape.Rank - 1; i++) places = checked(places * x.Shape[i]);
        var parts = x.Cast(DType.F32).Reshape(n, places, _groups, _channels / _groups);
        var y = Normalization.Standardize(parts, [1, 3], _epsilon).Reshape(x.Shape);
        return Normalization.Scale(y, Weight, Bias).Cast(x.Type);
    }
}
