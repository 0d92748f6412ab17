using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// Batch normalisation (Ioffe and Szegedy 2015) by the statistics of a batch that ranks share, of which each has as many
    /// samples: what <c>BatchNorm</c> gives of all of them. Deviations are from the mean of all ranks, so that nothing cancels;
    /// a pass forward sums 2C numbers over the ranks, in two parts, and a pass backward 2C in one.
    /// </summary>
    internal Tensor SyncBatchNorm(Tensor gamma, Tensor beta, Tensor runningMean, Tensor runningVar, Tensor? classes,
        BatchNormSpec spec, ICommunicator ranks)
    {
        CheckBatchNorm(gamma, beta, runningMean, runningVar, classes);
        long count = Count / Shape[-1] * ranks.Size;
        if (count == 1)
            throw new ArgumentException($"BatchNorm: x {Shape} has one value per channel on all {ranks.Size} ranks, so its "
                + "variance says nothing; use a larger batch.");
        Tensor y, mean, invStd;
        using (var scope = Device.Scope())
        using (Device.NoGrad())
        {
            var channel = new Shape(Shape[-1]);
            var x = Cast(DType.F32);
            mean = x.SumTo(channel).SumOverRanks(ranks) * (1f / count);
            var centred = x - mean;
            var variance = centred.Square().SumTo(channel).SumOverRanks(ranks) * (1f / count);
            Move(runningMean, mean, spec.Momentum);
            Move(runningVar, variance * ((float)count / (count - 1)), spec.Momentum);
            invStd = (variance + spec.Epsilon).Rsqrt();
            y = centred * invStd * (classes is null ? gamma : gamma.RowOfEachImage(classes))
                + (classes is null ? beta : beta.RowOfEachImage(classes));
            y = (spec.Relu ? y.Relu() : y).Cast(Type).Keep();
            mean.Keep();
            invStd.Keep();
        }
        Tensor[] saved = [this, gamma, beta, mean, invStd];
        return y.Record("SyncBatchNorm", [this, gamma, beta], classes is null ? saved : [.. saved, classes],
            new SyncBatchNormState(spec, classes is not null, count, ranks), static (g, s) => SyncBatchNormBackward(g, s));

        static void Move(Tensor running, Tensor batch, float momentum) =>
            running.CopyFrom(running * (1 - momentum) + batch * momentum);
    }

    /// <summary>In differentiable operations; with recording on, the statistics too are functions of x.</summary>
    static void SyncBatchNormBackward(Gradients g, SyncBatchNormState s)
    {
        var (gamma, beta, dy) = (g.Saved(1), g.Saved(2), g.Upstream.Cast(DType.F32));
        var x = g.Saved(0).Cast(DType.F32);
        var classes = s.HasClasses ? g.Saved(5) : null;
        var channel = new Shape(x.Shape[-1]);
        float share = 1f / s.Count;
        var (mean, invStd) = (g.Saved(3), g.Saved(4));
        if (dy.Device.GradEnabled)
        {
            mean = x.SumTo(channel).SumOverRanks(s.Ranks) * share;
            invStd = ((x - mean).Square().SumTo(channel).SumOverRanks(s.Ranks) * share + s.Spec.Epsilon).Rsqrt();
        }
        var normalized = (x - mean) * invStd;
        var scale = classes is null ? gamma : gamma.RowOfEachImage(classes);
        if (s.Spec.Relu)
            dy = ReluGrad(dy, normalized * scale + (classes is null ? beta : beta.RowOfEachImage(classes)));
        var (dbeta, dgamma) = (dy.SumTo(scale.Shape), (dy * normalized).SumTo(scale.Shape));
        var sums = Concat([(dbeta * scale).SumTo(channel), (dgamma * scale).SumTo(channel)], 0).SumOverRanks(s.Ranks) * share;
        int channels = channel[0];
        g[0] = (dy * scale - sums.Slice(0, 0, channels) - normalized * sums.Slice(0, channels, channels)) * invStd;
        (g[1], g[2]) = (dgamma, dbeta);
        if (classes is null) return;
        var rows = new Shape(classes.Shape[0], channels);
        g[1] = dgamma.Reshape(rows).ScatterAddRows(classes, gamma.Shape);
        g[2] = dbeta.Reshape(rows).ScatterAddRows(classes, gamma.Shape);
    }

    /// <summary>What the backward of <see cref="SyncBatchNorm"/> needs beside tensors.</summary>
    /// <param name="Spec">Epsilon, and whether ReLU follows.</param>
    /// <param name="HasClasses">Whether scale and shift are rows of tables.</param>
    /// <param name="Count">Values of a channel on all ranks.</param>
    /// <param name="Ranks">The ranks.</param>
    sealed record SyncBatchNormState(BatchNormSpec Spec, bool HasClasses, long Count, ICommunicator Ranks);
}
