namespace Ssgan.Gan.Metrics.Scores;

/// <summary>One side of Fréchet distances with the root of its covariance, for many other sides.</summary>
/// <remarks>
/// Heusel et al. 2017, equation 6: |μ₁ − μ₂|² + tr Σ₁ + tr Σ₂ − 2 tr (Σ₁Σ₂)^½. The last trace is the nuclear norm of Σ₁^½Σ₂^½, or
/// of FᵀΣ₂^½ for any F with Σ₁ = FFᵀ: the sum of the roots of the eigenvalues of FᵀΣ₂F, which is symmetric and has none below
/// zero but by rounding. So nothing is ever complex, and a singular covariance needs no offset, as the root of Σ₁Σ₂ does.
/// </remarks>
public sealed class FrechetReference
{
    // F by Cholesky's method, in an eighth of the time that eigenvectors take. Its largest column is the last: FᵀΣ₂F is graded,
    // and rounding does to a small eigenvalue what its own size allows, not what the largest one's does.
    readonly double[] _factor;
    readonly int _rank, _threads;

    /// <summary>Takes the root of a covariance.</summary>
    /// <param name="statistics">The side that stays, as a rule the real images'.</param>
    /// <param name="threads">Threads that may take part; 0 takes one per logical processor.</param>
    public FrechetReference(FeatureStatistics statistics, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        Statistics = statistics;
        _threads = threads;
        (_factor, _rank) = PivotedCholesky.Of(statistics.Covariance, statistics.Dimensions, threads);
    }

    /// <summary>The side that stays.</summary>
    public FeatureStatistics Statistics { get; }

    /// <summary>
    /// The Fréchet distance, 0 or more. Rounding may take the sum a little below zero where both sides agree; that is 0. Two
    /// equal sides give at most 10⁻⁹ of tr Σ₁.
    /// </summary>
    /// <exception cref="ArgumentException">The sides have different dimensions.</exception>
    public double DistanceTo(FeatureStatistics other)
    {
        ArgumentNullException.ThrowIfNull(other);
        int d = Statistics.Dimensions;
        Guard.SameDimensions("Fréchet distance", d, other.Dimensions);
        ReadOnlySpan<double> mean = Statistics.Mean.Span, covariance = Statistics.Covariance.Span;
        ReadOnlySpan<double> otherMean = other.Mean.Span, otherCovariance = other.Covariance.Span;
        double sum = 0;
        for (int i = 0; i < d; i++)
        {
            double shift = mean[i] - otherMean[i];
            sum += shift * shift + covariance[i * d + i] + otherCovariance[i * d + i];
        }
        return Math.Max(0, sum - 2 * RootTrace(other));
    }

    /// <summary>tr (Σ₁Σ₂)^½.</summary>
    double RootTrace(FeatureStatistics other)
    {
        if (_rank == 0) return 0;
        var factor = new DoubleRows(_factor, _rank);
        // Σ₂ is symmetric: Σ₂ᵀF is Σ₂F.
        double[] half = GramProduct.Of(new DoubleRows(other.Covariance, other.Dimensions), factor, symmetric: false, _threads);
        double[] inner = GramProduct.Of(factor, new DoubleRows(half, _rank), symmetric: true, _threads);
        double sum = 0;
        foreach (double value in SymmetricEigenvalues.Of(inner, _rank, _threads)) sum += Math.Sqrt(Math.Max(0, value));
        return sum;
    }
}
