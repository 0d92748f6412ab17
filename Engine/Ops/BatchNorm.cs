using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// Batch normalisation over all axes but the last, with the batch's statistics (Ioffe and Szegedy 2015), optionally followed
    /// by ReLU in the same pass. The running mean and variance (C) are updated in place: r ← (1 − momentum)·r + momentum·batch,
    /// with the unbiased variance.
    /// </summary>
    /// <exception cref="ArgumentException">Shapes do not fit, or there is only one value per channel.</exception>
    public Tensor BatchNorm(Tensor gamma, Tensor beta, Tensor runningMean, Tensor runningVar, float epsilon = 1e-5f,
        float momentum = 0.1f, bool relu = false)
    {
        ArgumentNullException.ThrowIfNull(gamma);
        ArgumentNullException.ThrowIfNull(beta);
        ArgumentNullException.ThrowIfNull(runningMean);
        ArgumentNullException.ThrowIfNull(runningVar);
        CheckBatchNorm(gamma, beta, runningMean, runningVar);
        int channels = Shape[-1];
        if (channels > 0 && Count / channels == 1)
            throw new ArgumentException(
                $"BatchNorm: x {Shape} has one value per channel, so its variance says nothing; use a larger batch.");
        var spec = new BatchNormSpec(epsilon, momentum, relu);
        var (y, mean, invStd) = (Device.Result(Shape, Type), Device.Result(new Shape(channels)),
            Device.Result(new Shape(channels)));
        Backend.BatchNormForward(View, gamma.View, beta.View, default, runningMean.MutableView, runningVar.MutableView, y.View,
            mean.View, invStd.View, spec);
        return y.Record("BatchNorm", [this, gamma, beta], [this, gamma, beta, mean, invStd], spec, static (g, spec) =>
        {
            if (g.Upstream.Device.GradEnabled) BatchNormBackwardComposed(g, spec);
            else BatchNormBackward(g, spec);
        });
    }

    /// <summary>
    /// Batch normalisation with given statistics (C), as in evaluation: gamma·(x − mean) / √(variance + epsilon) + beta.
    /// </summary>
    /// <exception cref="ArgumentException">Shapes do not fit.</exception>
    public Tensor BatchNormEval(Tensor gamma, Tensor beta, Tensor mean, Tensor variance, float epsilon = 1e-5f)
    {
        ArgumentNullException.ThrowIfNull(gamma);
        ArgumentNullException.ThrowIfNull(beta);
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(variance);
        CheckBatchNorm(gamma, beta, mean, variance);
        var scale = gamma * (variance + epsilon).Rsqrt();
        return this * scale + (beta - mean * scale);
    }

    static void BatchNormBackward(Gradients g, BatchNormSpec spec)
    {
        var (x, gamma, beta, dy) = (g.Saved(0), g.Saved(1), g.Saved(2), g.Upstream);
        var (dx, dgamma, dbeta) = (x.Device.Result(x.Shape, x.Type), x.Device.Result(gamma.Shape), x.Device.Result(gamma.Shape));
        x.Backend.BatchNormBackward(x.View, gamma.View, beta.View, default, g.Saved(3).View, g.Saved(4).View, dy.View, dx.View,
            dgamma.View, dbeta.View, spec);
        (g[0], g[1], g[2]) = (dx, dgamma, dbeta);
    }

    /// <summary>The same in differentiable operations, for second derivatives.</summary>
    static void BatchNormBackwardComposed(Gradients g, BatchNormSpec spec)
    {
        var (x, gamma, beta, dy) = (g.Saved(0), g.Saved(1), g.Saved(2), g.Upstream);
        var channel = gamma.Shape;
        float share = (float)channel.Count / x.Count;
        var centred = x - x.SumTo(channel) * share;
        var invStd = (centred.Square().SumTo(channel) * share + spec.Epsilon).Rsqrt();
        var normalized = centred * invStd;
        if (spec.Relu) dy = ReluGrad(dy, normalized * gamma + beta);
        var (dbeta, dgamma) = (dy.SumTo(channel), (dy * normalized).SumTo(channel));
        g[0] = (dy - dbeta * share - normalized * (dgamma * share)) * (gamma * invStd);
        (g[1], g[2]) = (dgamma, dbeta);
    }

    void CheckBatchNorm(Tensor gamma, Tensor beta, Tensor mean, Tensor variance)
    {
        Guard.Real("BatchNorm", this);
        Guard.F32("BatchNorm", gamma, beta, mean, variance);
        Guard.SameDevice("BatchNorm", this, gamma, beta, mean, variance);
        if (Shape.Rank < 2) throw new ArgumentException($"BatchNorm: x {Shape} has rank {Shape.Rank}; at least 2 is needed.");
        var channel = new Shape(Shape[-1]);
        Guard.Shape("BatchNorm", "gamma", gamma, channel);
        Guard.Shape("BatchNorm", "beta", beta, channel);
        Guard.Shape("BatchNorm", "mean", mean, channel);
        Guard.Shape("BatchNorm", "variance", variance, channel);
    }
}
