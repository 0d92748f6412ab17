using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Nn;

/// <summary>
/// Batch normalisation of (N, H, W, C) over all but channels (Ioffe and Szegedy 2015); gamma starts at 1, beta at 0.
/// </summary>
public sealed class BatchNorm2d : Layer, IBatchStatistics
{
    readonly float _epsilon, _momentum;

    /// <summary>A layer for C channels.</summary>
    /// <param name="device">Where its tensors live.</param>
    /// <param name="channels">C.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="momentum">Weight of a batch in the running statistics.</param>
    public BatchNorm2d(Device device, int channels, float epsilon = 1e-5f, float momentum = 0.1f)
    {
        ArgumentNullException.ThrowIfNull(device);
        (_epsilon, _momentum) = (epsilon, momentum);
        var shape = new Shape(channels);
        Gamma = Parameter("weight", device.Full(shape, 1));
        Beta = Parameter("bias", device.Zeros(shape));
        RunningMean = Buffer("running_mean", device.Zeros(shape));
        RunningVar = Buffer("running_var", device.Full(shape, 1));
    }

    /// <summary>Scale (C).</summary>
    public Tensor Gamma { get; }

    /// <summary>Shift (C).</summary>
    public Tensor Beta { get; }

    /// <summary>Running mean (C), used in evaluation.</summary>
    public Tensor RunningMean { get; }

    /// <summary>Running unbiased variance (C), used in evaluation.</summary>
    public Tensor RunningVar { get; }

    /// <summary>The ranks whose samples the statistics are of; null for this one's own.</summary>
    public ICommunicator? Ranks { get; set; }

    /// <summary>Normalises.</summary>
    public override Tensor Forward(Tensor x) => Forward(x, relu: false);

    /// <summary>Normalises; with <paramref name="relu"/> ReLU follows in the same pass.</summary>
    public Tensor Forward(Tensor x, bool relu)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (Training && Ranks is not null)
            return x.SyncBatchNorm(Gamma, Beta, RunningMean, RunningVar, null, new(_epsilon, _momentum, relu), Ranks);
        if (Training) return x.BatchNorm(Gamma, Beta, RunningMean, RunningVar, _epsilon, _momentum, relu);
        var y = x.BatchNormEval(Gamma, Beta, RunningMean, RunningVar, _epsilon);
        return relu ? y.Relu() : y;
    }
}
