namespace Ssgan.Engine.Serialization.TensorBoard;

/// <summary>How numbers are spread: counts of buckets of equal width from the least to the most.</summary>
public sealed class Histogram
{
    // As many as TensorFlow's own summaries have.
    const int Buckets = 30;

    Histogram(double least, double most, long count, double sum, double sumOfSquares, double[] limits, double[] counts) =>
        (Least, Most, Count, Sum, SumOfSquares, Limits, Counts) = (least, most, count, sum, sumOfSquares, limits, counts);

    /// <summary>The least number.</summary>
    public double Least { get; }

    /// <summary>The largest.</summary>
    public double Most { get; }

    /// <summary>How many there are; those that are not finite are not counted.</summary>
    public long Count { get; }

    /// <summary>Their sum.</summary>
    public double Sum { get; }

    /// <summary>The sum of their squares.</summary>
    public double SumOfSquares { get; }

    /// <summary>The upper end of each bucket; the first one begins at <see cref="Least"/>.</summary>
    public ReadOnlyMemory<double> Limits { get; }

    /// <summary>How many numbers are in each.</summary>
    public ReadOnlyMemory<double> Counts { get; }

    /// <summary>The spread of numbers.</summary>
    public static Histogram Of(ReadOnlySpan<float> values)
    {
        float least = float.PositiveInfinity, most = float.NegativeInfinity;
        double sum = 0, squares = 0;
        long count = 0;
        foreach (float value in values)
        {
            if (!float.IsFinite(value)) continue;
            (least, most) = (Math.Min(least, value), Math.Max(most, value));
            sum += value;
            squares += (double)value * value;
            count++;
        }
        if (count == 0) return new(0, 0, 0, 0, 0, [0], [0]);
        if (least == most) return new(least, most, count, sum, squares, [most], [count]);
        double[] limits = new double[Buckets], counts = new double[Buckets];
        double width = ((double)most - least) / Buckets;
        for (int i = 0; i < Buckets; i++) limits[i] = i == Buckets - 1 ? most : least + (i + 1) * width;
        foreach (float value in values)
            if (float.IsFinite(value)) counts[Math.Min(Buckets - 1, (int)((value - (double)least) / width))]++;
        return new(least, most, count, sum, squares, limits, counts);
    }
}
