namespace Ssgan.Gan.Metrics.Scores;

/// <summary>Mean and covariance of rows in two passes, in double.</summary>
static class Moments
{
    const int Strip = 256;

    /// <summary>The mean of each feature, summed over the rows in order.</summary>
    internal static double[] Mean(FeatureSet set, int threads)
    {
        double[] mean = new double[set.Dimensions];
        HostLoop.For(threads, (set.Dimensions + Strip - 1) / Strip, s =>
        {
            int start = s * Strip;
            var sums = mean.AsSpan(start, Math.Min(Strip, set.Dimensions - start));
            for (int i = 0; i < set.Count; i++)
            {
                var row = set[i].Slice(start, sums.Length);
                for (int j = 0; j < sums.Length; j++) sums[j] += row[j];
            }
            foreach (ref double sum in sums) sum /= set.Count;
        });
        return mean;
    }

    /// <summary>Σ (x − mean)(x − mean)ᵀ / (count − ddof), row-major.</summary>
    internal static double[] Covariance(FeatureSet set, double[] mean, int ddof, int threads)
    {
        var rows = new Centred(set, mean);
        double[] sums = GramProduct.Of(rows, rows, symmetric: true, threads);
        foreach (ref double sum in sums.AsSpan()) sum /= set.Count - ddof;
        return sums;
    }

    readonly struct Centred(FeatureSet set, double[] mean) : IMatrixRows
    {
        public int Rows => set.Count;
        public int Columns => set.Dimensions;

        public void Copy(int row, int column, Span<double> destination)
        {
            var values = set[row].Slice(column, destination.Length);
            var means = mean.AsSpan(column, destination.Length);
            for (int j = 0; j < destination.Length; j++) destination[j] = values[j] - means[j];
        }
    }
}
