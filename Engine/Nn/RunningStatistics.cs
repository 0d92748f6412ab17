using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Nn;

/// <summary>
/// The running mean (C), from 0, and unbiased variance (C), from 1, of a batch norm whose scale and shift come from elsewhere.
/// </summary>
public sealed class RunningStatistics : Module, IBatchStatistics
{
    /// <summary>Of C channels, of which nothing is known yet.</summary>
    /// <param name="device">Where its tensors live.</param>
    /// <param name="channels">C.</param>
    public RunningStatistics(Device device, int channels)
    {
        ArgumentNullException.ThrowIfNull(device);
        Mean = Buffer("running_mean", device.Zeros(new Shape(channels)));
        Variance = Buffer("running_var", device.Full(new Shape(channels), 1));
    }

    /// <summary>(C).</summary>
    public Tensor Mean { get; }

    /// <summary>(C).</summary>
    public Tensor Variance { get; }

    /// <summary>The ranks whose samples the statistics are of; null for this one's own.</summary>
    public ICommunicator? Ranks { get; set; }

    /// <summary>Batch norm with these statistics, which training moves, and a row of gamma and beta (K, C) an image.</summary>
    internal Tensor Normalize(Tensor x, Tensor gamma, Tensor beta, Tensor classes, bool training, float epsilon, float momentum,
        bool relu)
    {
        if (training && Ranks is not null)
            return x.SyncBatchNorm(gamma, beta, Mean, Variance, classes, new(epsilon, momentum, relu), Ranks);
        if (training) return x.BatchNorm(gamma, beta, Mean, Variance, classes, epsilon, momentum, relu);
        var y = x.BatchNormEval(gamma, beta, Mean, Variance, classes, epsilon);
        return relu ? y.Relu() : y;
    }
}
