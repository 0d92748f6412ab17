using Ssgan.Engine.Kernels;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>2x2 pooling: four are read, one is written; a gradient is the reverse.</summary>
static class Poolings
{
    static readonly PoolSpec s_halve = new(2, 2, 0);

    public static IEnumerable<Workload> All(Variant v)
    {
        if (v.IsTf32) yield break;
        foreach (var (side, channels) in ((int, int)[])[(32, 128), (16, 128), (64, 64)])
        {
            yield return Average(v, v.UsualBatch, side, channels).Short(side == 32);
            yield return AverageBackward(v, v.UsualBatch, side, channels).Short(side == 32);
            // What max pooling remembers is 4 bytes a result, whatever the storage.
            if (v.IsF32) yield return Maximum(v, v.UsualBatch, side, channels).Short(side == 32);
        }
    }

    public static Workload Average(Variant v, int batch, int side, int channels)
    {
        var (large, small) = Shapes(v, batch, side, channels);
        return new($"avg_pool_fwd/{v.Precision}/c{channels}s{side}n{batch}", v.Precision,
            (large.Count + small.Count) * v.Storage.Size(), 0, bed =>
        {
            var (x, y) = (bed.Numbers(large, v.Storage), bed.Empty(small, v.Storage));
            return () => bed.Backend.AvgPool2d(x, y, s_halve);
        });
    }

    static Workload AverageBackward(Variant v, int batch, int side, int channels)
    {
        var (large, small) = Shapes(v, batch, side, channels);
        return new($"avg_pool_bwd/{v.Precision}/c{channels}s{side}n{batch}", v.Precision,
            (large.Count + small.Count) * v.Storage.Size(), 0, bed =>
        {
            var (dy, dx) = (bed.Numbers(small, v.Storage), bed.Empty(large, v.Storage));
            return () => bed.Backend.AvgPool2dBackward(dy, dx, s_halve);
        });
    }

    static Workload Maximum(Variant v, int batch, int side, int channels)
    {
        var (large, small) = Shapes(v, batch, side, channels);
        return new($"max_pool_fwd/{v.Precision}/c{channels}s{side}n{batch}", v.Precision,
            (large.Count + 2 * small.Count) * sizeof(float), 0, bed =>
        {
            var (x, y, index) = (bed.Numbers(large), bed.Empty(small), bed.Empty(small, DType.I32));
            return () => bed.Backend.MaxPool2d(x, y, index, s_halve);
        });
    }

    static (Shape Large, Shape Small) Shapes(Variant v, int batch, int side, int channels) =>
        (new(v.Batch(batch), side, side, v.Width(channels)), new(v.Batch(batch), side / 2, side / 2, v.Width(channels)));
}
