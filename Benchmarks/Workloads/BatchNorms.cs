using Ssgan.Engine.Kernels;
using Ssgan.Gan.Models;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>Batch norm in training with its ReLU, at the shapes of the generators.</summary>
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
    }

    /// <summary>Forward and backward one after the other, or one of them.</summary>
    public static Workload Of(Variant v, int batch, int side, int channels, bool forward = true, bool backward = true)
    {
        var (type, c) = (v.Storage, new Shape(v.Width(channels)));
        var shape = new Shape(v.Batch(batch), side, side, c[0]);
        string what = forward ? backward ? "fwd_bwd" : "fwd" : "bwd";
        long bytes = ((forward ? ForwardPasses : 0) + (backward ? BackwardPasses : 0)) * shape.Count * type.Size();
        return new($"bn_relu_{what}/{v.Precision}/c{channels}s{side}n{batch}", v.Precision, bytes, 0, bed =>
        {
            var (x, y, dy, dx) = (bed.Numbers(shape, type), bed.Empty(shape, type),
                bed.Numbers(shape, type), bed.Empty(shape, type));
            var (gamma, beta, mean, invStd) = (bed.Numbers(c), bed.Numbers(c), bed.Empty(c), bed.Empty(c));
            var (runningMean, runningVar, dgamma, dbeta) = (bed.Full(c, 0), bed.Full(c, 1), bed.Empty(c), bed.Empty(c));
            Forward();
            return forward ? backward ? Both : Forward : Backward;

            void Forward() =>
                bed.Backend.BatchNormForward(x, gamma, beta, default, runningMean, runningVar, y, mean, invStd, s_spec);

            void Backward() =>
                bed.Backend.BatchNormBackward(x, gamma, beta, default, mean, invStd, dy, dx, dgamma, dbeta, s_spec);

            void Both()
            {
                Forward();
                Backward();
            }
        });
    }
}
