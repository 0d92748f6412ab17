using Ssgan.Engine.Kernels;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>A bias of channels and leaky ReLU in one pass, and its gradient.</summary>
static class Activations
{
    const float Slope = 0.2f;

    public static IEnumerable<Workload> All(Variant v)
    {
        if (v.IsTf32) yield break;
        foreach (var (side, channels) in ((int, int)[])[(16, 256), (32, 256)])
        {
            yield return Of(v, v.UsualBatch, side, channels, forward: true).Short(side == 16);
            yield return Of(v, v.UsualBatch, side, channels, forward: false);
        }
    }

    static Workload Of(Variant v, int batch, int side, int channels, bool forward)
    {
        var (type, c) = (v.Storage, v.Width(channels));
        var shape = new Shape(v.Batch(batch), side, side, c);
        string what = forward ? "fwd" : "bwd";
        return new($"bias_leaky_relu_{what}/{v.Precision}/c{channels}s{side}n{batch}", v.Precision,
            (forward ? 2 : 3) * shape.Count * type.Size(), 0, bed =>
        {
            var (x, y) = (bed.Numbers(shape, type), bed.Empty(shape, type));
            if (forward)
            {
                var bias = bed.Numbers(new Shape(c));
                return () => bed.Backend.Binary(new AddLeakyRelu(Slope), x, bias, y);
            }
            var dy = bed.Numbers(shape, type);
            return () => bed.Backend.Binary(new LeakyReluGrad(Slope), dy, x, y);
        });
    }
}
