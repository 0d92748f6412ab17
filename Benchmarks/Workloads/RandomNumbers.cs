using Ssgan.Engine.Kernels;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>Philox streams: a batch of noise, and arrays that fill a device. Only results move.</summary>
static class RandomNumbers
{
    public static IEnumerable<Workload> All(Variant v)
    {
        if (!v.IsF32) yield break;
        yield return Noise(v).Short();
        yield return Normal(v, 4096, 1024).Short();
        yield return Uniform(v, 4096, 1024).Short();
    }

    /// <summary>The noise of a batch of 64.</summary>
    public static Workload Noise(Variant v) => Normal(v, 64, 128);

    static Workload Normal(Variant v, int rows, int columns)
    {
        var shape = new Shape(v.Width(rows), columns);
        return new($"randn/{rows}x{columns}", "f32", shape.Count * sizeof(float), 0, bed =>
        {
            var (y, generator) = (bed.Empty(shape), bed.Full(new Shape(4), 1, DType.I32));
            return () => bed.Backend.Normal(y, generator);
        });
    }

    static Workload Uniform(Variant v, int rows, int columns)
    {
        var shape = new Shape(v.Width(rows), columns);
        return new($"uniform/{rows}x{columns}", "f32", shape.Count * sizeof(float), 0, bed =>
        {
            var (y, generator) = (bed.Empty(shape), bed.Full(new Shape(4), 1, DType.I32));
            return () => bed.Backend.Uniform(y, generator, -1, 1);
        });
    }
}
