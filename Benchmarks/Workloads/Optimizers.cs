using Ssgan.Engine.Kernels;
using Ssgan.Gan.Models;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>Adam's update of all arrays of a network in one call.</summary>
static class Optimizers
{
    // The peer's, which are about those of SSGAN-32's two networks.
    static readonly int[] s_peers = [1 << 20, 1 << 19, 590592, 590592, 590592, 590592, 590592, 590592, 65792, 65792, 65792];

    public static IEnumerable<Workload> All(Variant v)
    {
        if (!v.IsF32) yield break;
        yield return Adam(v).Short();
        foreach (int side in (int[])[32, 64])
        {
            var a = Architecture.For(side);
            yield return Of(v, $"adam/g{side}", Layers.GeneratorParameters(a));
            yield return Of(v, $"adam/d{side}", Layers.DiscriminatorParameters(a)).Short(side == 32);
        }
    }

    /// <summary>The arrays that the peer updates.</summary>
    public static Workload Adam(Variant v) => Of(v, "adam", s_peers);

    static Workload Of(Variant v, string name, IEnumerable<int> arrays)
    {
        int[] sizes = [.. arrays.Select(v.Width)];
        // Reads parameter, gradient and two moments, writes all but the gradient.
        return new(name, "f32", sizes.Sum(static n => 7L * n) * sizeof(float), 0, bed =>
        {
            AdamSlot[] slots = [.. sizes.Select(static n => new Shape(n))
                .Select(n => new AdamSlot(bed.Numbers(n), bed.Numbers(n), bed.Full(n, 0), bed.Full(n, 0),
                    bed.Full(new Shape(1), 0, DType.I32)))];
            var rate = bed.Full(new Shape(1), 2e-4f);
            return () => bed.Backend.Adam(slots, rate, new AdamSpec(0, 0.9, 1e-8));
        });
    }
}
