using Ssgan.Engine.Kernels;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>Doubling the side of images: one is read, four times as much is written; the gradient is the reverse.</summary>
static class Upsamplings
{
    public static IEnumerable<Workload> All(Variant v)
    {
        if (v.IsTf32) yield break;
        foreach (var (side, channels) in ((int, int)[])[(4, 256), (16, 256), (32, 64)])
        {
            foreach (var mode in (UpsampleMode[])[UpsampleMode.Bilinear, UpsampleMode.Nearest, UpsampleMode.Binomial])
            {
                yield return Forward(v, v.UsualBatch, side, channels, mode).Short(side == 16);
                yield return Backward(v, v.UsualBatch, side, channels, mode).Short(side == 16 && mode == UpsampleMode.Bilinear);
            }
        }
    }

    public static Workload Forward(Variant v, int batch, int side, int channels, UpsampleMode mode = UpsampleMode.Bilinear)
    {
        var (small, large) = Shapes(v, batch, side, channels);
        return new(Name(v, "fwd", batch, side, channels, mode), v.Precision,
            (small.Count + large.Count) * v.Storage.Size(), 0, bed =>
        {
            var (x, y) = (bed.Numbers(small, v.Storage), bed.Empty(large, v.Storage));
            return () => bed.Backend.Upsample2x(x, y, mode);
        });
    }

    static Workload Backward(Variant v, int batch, int side, int channels, UpsampleMode mode)
    {
        var (small, large) = Shapes(v, batch, side, channels);
        return new(Name(v, "bwd", batch, side, channels, mode), v.Precision,
            (small.Count + large.Count) * v.Storage.Size(), 0, bed =>
        {
            var (dy, dx) = (bed.Numbers(large, v.Storage), bed.Empty(small, v.Storage));
            return () => bed.Backend.Upsample2xBackward(dy, dx, mode);
        });
    }

    static (Shape Small, Shape Large) Shapes(Variant v, int batch, int side, int channels) =>
        (new(v.Batch(batch), side, side, v.Width(channels)), new(v.Batch(batch), 2 * side, 2 * side, v.Width(channels)));

    static string Name(Variant v, string what, int batch, int side, int channels, UpsampleMode mode) =>
        $"upsample_{mode.ToString().ToLowerInvariant()}_{what}/{v.Precision}/c{channels}s{side}n{batch}";
}
