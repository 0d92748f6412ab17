namespace Ssgan.Gan.Metrics.Scores;

/// <summary>A Fréchet distance from so many generated images.</summary>
/// <param name="Count">How many images.</param>
/// <param name="Distance">The distance.</param>
public readonly record struct FrechetPoint(int Count, double Distance);

/// <summary>Distance = Intercept + Slope / count, by least squares.</summary>
/// <param name="Intercept">The distance from infinitely many images.</param>
/// <param name="Slope">How the distance falls with 1 / count.</param>
/// <param name="Points">What the line was fitted to, the smallest count first.</param>
public sealed record FrechetLine(double Intercept, double Slope, IReadOnlyList<FrechetPoint> Points);

/// <summary>
/// The Fréchet distance freed of its bias, which falls with 1 / count and differs from generator to generator: from subsets of
/// several sizes, extrapolated to infinitely many images (Chong and Forsyth 2020).
/// </summary>
public static class FrechetInfinity
{
    /// <summary>
    /// Distances of seeded subsets (<see cref="FeatureSet.Sample"/> with seed + i), whose sizes go in even steps from the
    /// smallest to all, and the line through them.
    /// </summary>
    /// <param name="reference">The real side.</param>
    /// <param name="fake">Features of generated images, more than <paramref name="smallest"/>.</param>
    /// <param name="seed">Chooses the subsets.</param>
    /// <param name="sizes">How many subsets, at least 2.</param>
    /// <param name="smallest">The size of the first, at least 2; below the number of dimensions the line does not hold.</param>
    /// <param name="threads">Threads that may take part; 0 takes one per logical processor.</param>
    /// <exception cref="ArgumentException">Dimensions differ, or there are too few rows.</exception>
    public static FrechetLine Of(FrechetReference reference, FeatureSet fake, ulong seed, int sizes = 15, int smallest = 5000,
        int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(fake);
        const string metric = "Fréchet distance at infinity";
        Guard.SameDimensions(metric, reference.Statistics.Dimensions, fake.Dimensions);
        Guard.AtLeast(metric, "the number of sizes", sizes, 2);
        Guard.AtLeast(metric, "the smallest size", smallest, 2);
        Guard.Rows(metric, "generated features", fake, smallest + 1);
        var points = new FrechetPoint[sizes];
        for (int i = 0; i < sizes; i++)
        {
            int count = smallest + (int)((long)(fake.Count - smallest) * i / (sizes - 1));
            var subset = count == fake.Count ? fake : fake.Sample(count, seed + (ulong)i);
            points[i] = new FrechetPoint(count, reference.DistanceTo(FeatureStatistics.Of(subset, threads: threads)));
        }
        return Fit(points);
    }

    /// <summary>The line through points of at least two counts.</summary>
    internal static FrechetLine Fit(IReadOnlyList<FrechetPoint> points)
    {
        double x = points.Average(static p => 1.0 / p.Count), y = points.Average(static p => p.Distance), xx = 0, xy = 0;
        foreach (var point in points)
        {
            double dx = 1.0 / point.Count - x;
            xx += dx * dx;
            xy += dx * (point.Distance - y);
        }
        double slope = xy / xx;
        return new FrechetLine(y - slope * x, slope, points);
    }
}
