using Ssgan.Engine;
using Ssgan.Gan.Data;

namespace Ssgan.Gan.Metrics.Scores;

/// <summary>
/// The Monge Inception distance (Berthet et al., arXiv 2605.06797): the squared sliced 2-Wasserstein distance of features, times
/// 3d. No covariance and no eigenvalues, so it is cheap enough for every checkpoint.
/// </summary>
public static class Mind
{
    const string Metric = "Monge Inception distance";
    // A stream of its own.
    const ulong DirectionStream = 0x4D49;
    const int RowsAtATime = 2048, MostValues = 1 << 25;

    /// <summary>
    /// 3d times the mean of (uᵀx₍ᵢ₎ − uᵀy₍ᵢ₎)² over directions u and ranks i.
    /// </summary>
    /// <param name="device">Projects, in F32 about the mean of the reals.</param>
    /// <param name="real">Features of real images.</param>
    /// <param name="fake">Features of as many generated ones: <see cref="FeatureSet.Sample"/> makes them so. With other quantiles
    /// than those of equal counts the number would be another metric.</param>
    /// <param name="seed">
    /// Chooses the directions: normal numbers of a splitmix64 stream by Box and Muller's method, normalised.
    /// </param>
    /// <param name="directions">At least 1.</param>
    /// <param name="threads">Threads of the host that may take part; 0 takes one per logical processor.</param>
    /// <exception cref="ArgumentException">Dimensions or counts differ, or there is no row.</exception>
    public static double Between(Device device, FeatureSet real, FeatureSet fake, ulong seed, int directions = 1000,
        int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(fake);
        Guard.SameDimensions(Metric, real.Dimensions, fake.Dimensions);
        Guard.AtLeast(Metric, "the number of directions", directions, 1);
        Guard.Rows(Metric, "real features", real, 1);
        if (real.Count != fake.Count)
            throw new ArgumentException(
                $"{Metric}: {real.Count} real rows and {fake.Count} generated ones; take a sample of the larger set.");
        return Along(device, real, fake, Directions(directions, real.Dimensions, seed), threads);
    }

    /// <summary>Unit vectors, (count, d).</summary>
    internal static float[] Directions(int count, int dimensions, ulong seed)
    {
        float[] directions = new float[checked(count * dimensions)];
        double[] normal = new double[dimensions];
        for (int i = 0; i < count; i++)
        {
            var random = SplitMix.For(seed, DirectionStream, (ulong)i);
            double squares = 0;
            foreach (ref double value in normal.AsSpan())
            {
                value = Normal(ref random);
                squares += value * value;
            }
            double length = Math.Sqrt(squares);
            for (int j = 0; j < dimensions; j++) directions[i * dimensions + j] = (float)(normal[j] / length);
        }
        return directions;
    }

    static double Normal(ref SplitMix random)
    {
        // In (0, 1], so that the logarithm exists.
        double u = ((random.Next() >> 11) + 1) * Math.ScaleB(1, -53), v = (random.Next() >> 11) * Math.ScaleB(1, -53);
        return Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * v);
    }

    /// <summary>The metric along given directions (M, d).</summary>
    internal static double Along(Device device, FeatureSet real, FeatureSet fake, float[] directions, int threads)
    {
        int d = real.Dimensions, n = real.Count, count = directions.Length / d;
        // Where the origin is does not matter to differences.
        var rows = CentredRows.Of(Moments.Mean(real, threads), threads, real, fake);
        double[] means = new double[count];
        int atATime = Math.Clamp(MostValues / (2 * n), 1, count);
        float[] x = new float[atATime * n], y = new float[atATime * n];
        using var precision = new SinglePrecision(device);
        for (int start = 0; start < count; start += atATime)
        {
            int some = Math.Min(atATime, count - start), first = start;
            var part = directions.AsSpan(start * d, some * d);
            Project(device, part, rows[0], x, threads);
            Project(device, part, rows[1], y, threads);
            HostLoop.For(threads, some, i =>
            {
                Span<float> a = x.AsSpan(i * n, n), b = y.AsSpan(i * n, n);
                a.Sort();
                b.Sort();
                double sum = 0;
                for (int j = 0; j < n; j++) sum += ((double)a[j] - b[j]) * ((double)a[j] - b[j]);
                means[first + i] = sum / n;
            });
        }
        double mean = 0;
        foreach (double m in means) mean += m / count;
        return 3.0 * d * mean / (rows[0].Scale * rows[0].Scale);
    }

    /// <summary>Projections of all rows, (directions, count).</summary>
    static void Project(Device device, ReadOnlySpan<float> directions, CentredRows rows, float[] projections, int threads)
    {
        int count = directions.Length / rows.Dimensions;
        float[] block = new float[count * Math.Min(RowsAtATime, rows.Count)];
        for (int start = 0; start < rows.Count; start += RowsAtATime)
        {
            int width = Math.Min(RowsAtATime, rows.Count - start), first = start;
            ProductBlocks.Multiply(device, directions, rows.Copy(i => first + i, width, threads), rows.Dimensions, block);
            for (int i = 0; i < count; i++)
                block.AsSpan(i * width, width).CopyTo(projections.AsSpan(i * rows.Count + start));
        }
    }
}
