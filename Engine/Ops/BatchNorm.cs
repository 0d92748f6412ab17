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
        return BatchNormOf(gamma, beta, runningMean, runningVar, null, new(epsilon, momentum, relu));
    }

    /// <summary>
    /// The same of images (N, H, W, C) with a scale and a shift a class (de Vries et al. 2017; Miyato and Koyama 2018): image i
    /// takes row classes[i] of gamma and beta (K, C). The statistics are the whole batch's.
    /// </summary>
    /// <param name="gamma">Scales (K, C).</param>
    /// <param name="beta">Shifts (K, C).</param>
    /// <param name="runningMean">(C), updated in place.</param>
    /// <param name="runningVar">(C), updated in place.</param>
    /// <param name="classes">I32 (N), each in [0, K); another one throws on the CPU.</param>
    /// <param name="epsilon">Added to the biased variance before the root.</param>
    /// <param name="momentum">Weight of the batch in the running statistics.</param>
    /// <param name="relu">Whether ReLU follows in the same pass.</param>
    /// <exception cref="ArgumentException">Shapes do not fit, or there is only one value per channel.</exception>
    public Tensor BatchNorm(Tensor gamma, Tensor beta, Tensor runningMean, Tensor runningVar, Tensor classes,
        float epsilon = 1e-5f, float momentum = 0.1f, bool relu = false)
    {
        ArgumentNullException.ThrowIfNull(gamma);
        ArgumentNullException.ThrowIfNull(beta);
        ArgumentNullException.ThrowIfNull(runningMean);
        ArgumentNullException.ThrowIfNull(runningVar);
        ArgumentNullException.ThrowIfNull(classes);
        return BatchNormOf(gamma, beta, runningMean, runningVar, classes, new(epsilon, momentum, relu));
    }

    Tensor BatchNormOf(Tensor gamma, Tensor beta, Tensor runningMean, Tensor runningVar, Tensor? classes, BatchNormSpec spec)
    {
        CheckBatchNorm(gamma, beta, runningMean, runningVar, classes);
        int channels = Shape[-1];
        if (channels > 0 && Count / channels == 1)
            throw new ArgumentException(
                $"BatchNorm: x {Shape} has one value per channel, so its variance says nothing; use a larger batch.");
        var (y, mean, invStd) = (Device.Result(Shape, Type), Device.Result(new Shape(channels)),
            Device.Result(new Shape(channels)));
        Backend.BatchNormForward(View, gamma.View, beta.View, classes?.View ?? default, runningMean.MutableView,
            runningVar.MutableView, y.View, mean.View, invStd.View, spec);
        Tensor[] saved = [this, gamma, beta, mean, invStd];
        return y.Record("BatchNorm", [this, gamma, beta], classes is null ? saved : [.. saved, classes],
            (spec, HasClasses: classes is not null), static (g, s) =>
            {
                var classes = s.HasClasses ? g.Saved(5) : null;
                if (g.Upstream.Device.GradEnabled) BatchNormBackwardComposed(g, classes, s.spec);
                else BatchNormBackward(g, classes, s.spec);
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
        CheckBatchNorm(gamma, beta, mean, variance, null);
        return BatchNormEvalOf(gamma, beta, mean, variance, epsilon);
    }

    /// <summary>The same of images (N, H, W, C), of which image i takes row classes[i] of gamma and beta (K, C).</summary>
    /// <exception cref="ArgumentException">Shapes do not fit.</exception>
    public Tensor BatchNormEval(Tensor gamma, Tensor beta, Tensor mean, Tensor variance, Tensor classes, float epsilon = 1e-5f)
    {
        ArgumentNullException.ThrowIfNull(gamma);
        ArgumentNullException.ThrowIfNull(beta);
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(variance);
        ArgumentNullException.ThrowIfNull(classes);
        CheckBatchNorm(gamma, beta, mean, variance, classes);
        return BatchNormEvalOf(gamma.RowOfEachImage(classes), beta.RowOfEachImage(classes), mean, variance, epsilon);
    }

    Tensor BatchNormEvalOf(Tensor gamma, Tensor beta, Tensor mean, Tensor variance, float epsilon)
    {
        var scale = gamma * (variance + epsilon).Rsqrt();
        return this * scale + (beta - mean * scale);
    }

    /// <summary>The rows of this table (K, C) that images take, (N, 1, 1, C).</summary>
    Tensor RowOfEachImage(Tensor classes) => GatherRows(classes).Reshape(classes.Shape[0], 1, 1, Shape[1]);

    static void BatchNormBackward(Gradients g, Tensor? classes, BatchNormSpec spec)
    {
        var (x, gamma, beta, dy) = (g.Saved(0), g.Saved(1), g.Saved(2), g.Upstream);
        var (dx, dgamma, dbeta) = (x.Device.Result(x.Shape, x.Type), x.Device.Result(gamma.Shape), x.Device.Result(gamma.Shape));
        x.Backend.BatchNormBackward(x.View, gamma.View, beta.View, classes?.View ?? default, g.Saved(3).View, g.Saved(4).View,
            dy.View, dx.View, dgamma.View, dbeta.View, spec);
        (g[0], g[1], g[2]) = (dx, dgamma, dbeta);
    }

    /// <summary>The same in differentiable operations, for second derivatives.</summary>
    static void BatchNormBackwardComposed(Gradients g, Tensor? classes, BatchNormSpec spec)
    {
        var (x, gamma, beta, dy) = (g.Saved(0), g.Saved(1), g.Saved(2), g.Upstream);
        var channel = new Shape(x.Shape[-1]);
        float share = (float)channel.Count / x.Count;
        var centred = x - x.SumTo(channel) * share;
        var invStd = (centred.Square().SumTo(channel) * share + spec.Epsilon).Rsqrt();
        var normalized = centred * invStd;
        // With classes a row an image, else one for all.
        var scale = classes is null ? gamma : gamma.RowOfEachImage(classes);
        if (spec.Relu)
            dy = ReluGrad(dy, normalized * scale + (classes is null ? beta : beta.RowOfEachImage(classes)));
        var (dbeta, dgamma) = (dy.SumTo(scale.Shape), (dy * normalized).SumTo(scale.Shape));
        g[0] = (dy * scale - (dbeta * scale).SumTo(channel) * share - normalized * ((dgamma * scale).SumTo(channel) * share))
            * invStd;
        (g[1], g[2]) = (dgamma, dbeta);
        if (classes is null) return;
        var rows = new Shape(classes.Shape[0], channel[0]);
        g[1] = dgamma.Reshape(rows).ScatterAddRows(classes, gamma.Shape);
        g[2] = dbeta.Reshape(rows).ScatterAddRows(classes, gamma.Shape);
    }

    void CheckBatchNorm(Tensor gamma, Tensor beta, Tensor mean, Tensor variance, Tensor? classes)
    {
        Guard.Real("BatchNorm", this);
        Guard.F32("BatchNorm", gamma, beta, mean, variance);
        Guard.SameDevice("BatchNorm", this, gamma, beta, mean, variance, classes);
        if (Shape.Rank < 2) throw new ArgumentException($"BatchNorm: x {Shape} has rank {Shape.Rank}; at least 2 is needed.");
        var channel = new Shape(Shape[-1]);
        var table = channel;
        if (classes is not null)
        {
            Guard.Rank("BatchNorm", "x", this, 4);
            Guard.Type("BatchNorm", classes, DType.I32);
            Guard.Shape("BatchNorm", "classes", classes, new Shape(Shape[0]));
            Guard.Rank("BatchNorm", "gamma", gamma, 2);
            table = new Shape(gamma.Shape[0], Shape[-1]);
        }
        Guard.Shape("BatchNorm", "gamma", gamma, table);
        Guard.Shape("BatchNorm", "beta", beta, table);
        Guard.Shape("BatchNorm", "mean", mean, channel);
        Guard.Shape("BatchNorm", "variance", variance, channel);
    }
}
