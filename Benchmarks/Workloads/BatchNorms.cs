using Ssgan.Engine.Kernels;
using Ssgan.Gan.Models;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>Batch norm in training with its ReLU, at the shapes of the generators; with classes at one of them.</summary>
static class BatchNorms
{
    // Forward reads x twice and writes y; backward reads x and dy twice and writes dx.
    const int ForwardPasses = 3, BackwardPasses = 5;

    static readonly BatchNormSpec s_spec = new(1e-5f, 0.1f, Relu: true);

    public static IEnumerable<Workload> All(Variant v)
    {
        if (v.IsTf32) yield break;
        foreach (var (side, channels) in Layers.Norms(Architecture.For(32)).Concat(Layers.Norms(Architecture.For(64))).Distinct())
        {
            bool isShort = side == 32 && channels == 256;
            yield return Of(v, v.UsualBatch, side, channels, forward: true, backward: false).Short(isShort);
            yield return Of(v, v.UsualBatch, side, channels, forward: false, backward: true).Short(isShort);
        }
        yield return Of(v, v.UsualBatch, 32, 256, forward: true, backward: false, classes: 10);
        yield return Of(v, v.UsualBatch, 32, 256, forward: false, backward: true, classes: 10);
    }

    /// <summary>Forward and backward one after the other, or one of them; with classes a row of scales and shifts each.</summary>
    public static Workload Of(Variant v, int batch, int side, int channels, bool forward = true, bool backward = true,
        int classes = 0)
    {
        var (type, c) = (v.Storage, new Shape(v.Width(channels)));
        var table = classes == 0 ? c : new Shape(classes, c[0]);
        var shape = new Shape(v.Batch(batch), side, side, c[0]);
        string name = classes == 0 ? "bn_relu" : "cbn_relu", what = forward ? backward ? "fwd_bwd" : "fwd" : "bwd";
        long bytes = ((forward ? ForwardPasses : 0) + (backward ? BackwardPasses : 0)) * shape.Count * type.Size();
        return new($"{name}_{what}/{v.Precision}/c{channels}s{side}n{batch}", v.Precision, bytes, 0, bed =>
        {
            var (x, y, dy, dx) = (bed.Numbers(shape, type), bed.Empty(shape, type),
                bed.Numbers(shape, type), bed.Empty(shape, type));
            var (gamma, beta, mean, invStd) = (bed.Numbers(table), bed.Numbers(table), bed.Empty(c), bed.Empty(c));
            var (runningMean, runningVar, dgamma, dbeta) = (bed.Full(c, 0), bed.Full(c, 1), bed.Empty(table),
                bed.Empty(table));
            var labels = classes == 0 ? default : bed.Integers(shape[0], classes);
            Forward();
            return forward ? backward ? Both : Forward : Backward;

            void Forward() =>
                bed.Backend.BatchNormForward(x, gamma, beta, labels, runningMean, runningVar, y, mean, invStd, s_spec);

            void Backward() =>
                bed.Backend.BatchNormBackward(x, gamma, beta, labels, mean, invStd, dy, dx, dgamma, dbeta, s_spec);

            void Both()
            {
                Forward();
                Backward();
            }
        });
    }
}
