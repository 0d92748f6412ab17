namespace Ssgan.Gan.Metrics.Scores;

/// <summary>Mean and covariance of features, which is all that a Fréchet distance looks at.</summary>
public sealed class FeatureStatistics
{
    // Files with statistics come from products in double or single precision, whose halves may differ by rounding.
    const double Asymmetry = 1e-5;
    readonly double[] _mean, _covariance;

    /// <summary>Statistics that were computed before. The arrays are copied.</summary>
    /// <param name="count">How many rows they are of; null where that is not known.</param>
    /// <param name="mean">(d), d at least 1.</param>
    /// <param name="covariance">(d, d), row-major; symmetric but for rounding, which is evened out.</param>
    /// <exception cref="ArgumentException">Sizes do not fit, a value is not finite, a variance is negative, or the matrix
    /// is not symmetric.</exception>
    public FeatureStatistics(long? count, double[] mean, double[] covariance)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(covariance);
        if (count < 1) throw new ArgumentException($"FeatureStatistics: the count is {count}; it must be 1 or more.");
        if (mean.Length == 0 || covariance.Length != (long)mean.Length * mean.Length)
            throw new ArgumentException($"FeatureStatistics: a mean of {mean.Length} values and a covariance of "
                + $"{covariance.Length} do not fit; d and d x d are needed.");
        Count = count;
        _mean = [.. mean];
        _covariance = Symmetric(covariance, mean.Length);
        for (int i = 0; i < mean.Length; i++)
        {
            if (!double.IsFinite(mean[i]))
                throw new ArgumentException($"FeatureStatistics: the mean of feature {i} is {mean[i]}.");
        }
    }

    // Of arrays that are known to fit.
    FeatureStatistics(int count, double[] mean, double[] covariance) =>
        (Count, _mean, _covariance) = (count, mean, covariance);

    /// <summary>How many rows they are of; null where that is not known.</summary>
    public long? Count { get; }

    /// <summary>d, the length of a row.</summary>
    public int Dimensions => _mean.Length;

    /// <summary>(d).</summary>
    public ReadOnlyMemory<double> Mean => _mean;

    /// <summary>(d, d), row-major, symmetric.</summary>
    public ReadOnlyMemory<double> Covariance => _covariance;

    /// <summary>There are so few rows, d at most, that the covariance is singular whatever the images are.</summary>
    public bool IsRankDeficient => Count <= Dimensions;

    /// <summary>A sentence for the user where <see cref="IsRankDeficient"/>; else null.</summary>
    public string? Warning => !IsRankDeficient ? null
        : $"The covariance of {Count} images in {Dimensions} dimensions has a rank of {Count - 1} at most: a Fréchet distance "
        + $"from it says more about the number of images than about the images; take {Dimensions + 1} or more, several times as "
        + "many for a number that can be compared.";

    /// <summary>
    /// The statistics of rows: two passes in double, the same for any number of threads.
    /// </summary>
    /// <param name="features">At least 1 + <paramref name="ddof"/> rows.</param>
    /// <param name="ddof">What the covariance's divisor is less than the count: 1 (numpy's cov, pytorch-fid) or 0
    /// (StyleGAN).</param>
    /// <param name="threads">Threads that may take part; 0 takes one per logical processor.</param>
    /// <exception cref="ArgumentException">There are too few rows, or ddof is neither 0 nor 1.</exception>
    public static FeatureStatistics Of(FeatureSet features, int ddof = 1, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (ddof is not (0 or 1)) throw new ArgumentException($"FeatureStatistics: ddof is {ddof}; it must be 0 or 1.");
        Guard.Rows("FeatureStatistics", "features", features, 1 + ddof);
        double[] mean = Moments.Mean(features, threads);
        return new FeatureStatistics(features.Count, mean, Moments.Covariance(features, mean, ddof, threads));
    }

    static double[] Symmetric(double[] covariance, int d)
    {
        double[] even = new double[covariance.Length];
        for (int i = 0; i < d; i++)
        {
            if (!(covariance[i * d + i] >= 0))
                throw new ArgumentException($"FeatureStatistics: the variance of feature {i} is {covariance[i * d + i]}.");
            for (int j = 0; j <= i; j++)
            {
                double a = covariance[i * d + j], b = covariance[j * d + i];
                if (!double.IsFinite(a) || !double.IsFinite(b))
                    throw new ArgumentException(
                        $"FeatureStatistics: the covariance of features {i} and {j} is {(double.IsFinite(a) ? b : a)}.");
                if (Math.Abs(a - b) > Asymmetry * Math.Sqrt(covariance[i * d + i] * covariance[j * d + j]))
                    throw new ArgumentException("FeatureStatistics: the covariance is not symmetric: "
                        + $"{a} for features {i} and {j}, {b} for {j} and {i}.");
                even[i * d + j] = even[j * d + i] = a == b ? a : a + (b - a) / 2;
            }
        }
        return even;
    }
}
