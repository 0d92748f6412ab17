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
            yield return FromBytes(v, batch, side, turned: false).Short(isShort);
            yield return FromBytes(v, batch, side, turned: true).Short(isShort);
        }
    }

    /// <summary>Each quarter of the batch is turned one quarter further.</summary>
    public static Workload Quarters(Variant v, int batch, int side)
    {
        var shape = new Shape(v.Batch(batch), side, side, 3);
        return new($"rotate_quarters/{v.Precision}/n{batch}s{side}", v.Precision, 2 * shape.Count * v.Storage.Size(), 0, bed =>
        {
            var (x, y) = (bed.Numbers(shape, v.Storage), bed.Empty(shape, v.Storage));
            var turns = bed.Integers([.. Enumerable.Range(0, shape[0]).Select(i => (int)(4L * i / shape[0]))]);
            return () => bed.Backend.Rotate90(x, turns, y, inverse: false);
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
    /// A whole batch of real images in one pass: gathered from a data set, normalised and, where asked for, turned; then both
    /// results are written.
    /// </summary>
    public static Workload FromBytes(Variant v, int batch, int side, bool turned)
    {
        const long mostSet = 1 << 26;
        var shape = new Shape(v.Batch(batch), side, side, 3);
        int count = shape[0], set = (int)Math.Clamp(mostSet / (shape.Count / count), count, 16L * count);
        string stem = turned ? "gather_images_turned" : "gather_images",
            name = v.IsF32 ? $"{stem}/n{batch}s{side}" : $"{stem}/{v.Precision}/n{batch}s{side}";
        return new(name, v.Precision, shape.Count * (1 + (turned ? 2 : 1) * v.Storage.Size()), 0, bed =>
        {
            var (pixels, indices) = (bed.Pixels(shape.With(0, set)), bed.Integers(count, set));
            var (upright, turns) = (bed.Empty(shape, v.Storage), turned ? bed.Integers(count, 4) : default);
            var rotated = turned ? bed.Empty(shape, v.Storage) : default;
            return () => bed.Backend.GatherImages(pixels, indices, default, turns, upright, rotated);
        });
    }
}
