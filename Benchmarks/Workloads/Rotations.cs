using Ssgan.Engine.Kernels;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>Quarter turns of batches of square RGB images. Each pixel is read once and written once per result.</summary>
static class Rotations
{
    static readonly (int Batch, int Side)[] s_sizes = [(64, 32), (256, 32), (64, 128), (1024, 128)];

    public static IEnumerable<Workload> All(Variant v)
    {
        if (v.IsTf32) yield break;
        foreach (var (batch, side) in s_sizes)
        {
            bool isShort = (batch, side) is (64, 32) or (64, 128);
            yield return Quarters(v, batch, side).Short(isShort);
            yield return PerImage(v, batch, side).Short(isShort);
            yield return FromBytes(v, batch, side).Short(isShort);
        }
    }

    /// <summary>Each quarter of the batch is turned one quarter further, and labelled.</summary>
    public static Workload Quarters(Variant v, int batch, int side)
    {
        var shape = new Shape(v.Batch(batch), side, side, 3);
        return new($"rotate_quarters/{v.Precision}/n{batch}s{side}", v.Precision, 2 * shape.Count * v.Storage.Size(), 0, bed =>
        {
            var (x, y, labels) = (bed.Numbers(shape, v.Storage), bed.Empty(shape, v.Storage),
                bed.Empty(new Shape(shape[0]), DType.I32));
            return () => bed.Backend.RotateQuarters(x, y, labels);
        });
    }

    /// <summary>Each image has a turn of its own.</summary>
    static Workload PerImage(Variant v, int batch, int side)
    {
        var shape = new Shape(v.Batch(batch), side, side, 3);
        return new($"rotate_each/{v.Precision}/n{batch}s{side}", v.Precision, 2 * shape.Count * v.Storage.Size(), 0, bed =>
        {
            var (x, y, turns) = (bed.Numbers(shape, v.Storage), bed.Empty(shape, v.Storage), bed.Integers(shape[0], 4));
            return () => bed.Backend.Rotate90(x, turns, y, inverse: false);
        });
    }

    /// <summary>
    /// A whole batch of real images in one pass: gathered from a data set, normalised, and turned; both results are written.
    /// </summary>
    public static Workload FromBytes(Variant v, int batch, int side)
    {
        const long mostSet = 1 << 26;
        var shape = new Shape(v.Batch(batch), side, side, 3);
        int count = shape[0], set = (int)Math.Clamp(mostSet / (shape.Count / count), count, 16L * count);
        string name = v.IsF32 ? $"gather_rotate/n{batch}s{side}" : $"gather_rotate/{v.Precision}/n{batch}s{side}";
        return new(name, v.Precision, shape.Count * (1 + 2 * v.Storage.Size()), 0, bed =>
        {
            var (pixels, indices) = (bed.Pixels(shape.With(0, set)), bed.Integers(count, set));
            var (upright, rotated, labels) = (bed.Empty(shape, v.Storage), bed.Empty(shape, v.Storage),
                bed.Empty(new Shape(count), DType.I32));
            return () => bed.Backend.GatherRotate(pixels, indices, default, upright, rotated, labels);
        });
    }
}
