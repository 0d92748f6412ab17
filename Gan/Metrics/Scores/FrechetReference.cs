using System.Numerics;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace Ssgan.Gan.Metrics.Scores;

/// <summary>
/// One side of Fréchet distances with its eigen-decomposition, half of the work, for many other sides.
/// </summary>
/// <remarks>
/// Heusel et al. 2017, equation 6: |μ₁ − μ₂|² + tr Σ₁ + tr Σ₂ − 2 tr (Σ₁Σ₂)^½. The last trace is the nuclear norm of Σ₁^½Σ₂^½:
/// with Σ₁ = FFᵀ, the sum of the roots of the eigenvalues of FᵀΣ₂F, which is symmetric and has none below zero but by
/// rounding. So nothing is ever complex, and a singular covariance needs no offset, as the root of Σ₁Σ₂ does.
/// </remarks>
public sealed class FrechetReference
{
    // F's columns are Σ₁'s eigenvectors times the roots of its eigenvalues, in ascending order: FᵀΣ₂F is then graded, and a
    // small eigenvalue of it suffers from rounding by its own size, not by the largest one's.
    readonly double[] _factor;
    readonly int _rank, _threads;

    // The distance from 1 to the next double.
    const double Epsilon = 1.0 / (1L << 52);

    /// <summary>Decomposes a covariance, in d³ steps.</summary>
    /// <param name="statistics">The side that stays, as a rule the real images'.</param>
    /// <param name="threads">Threads that may take part; 0 takes one per logical processor.</param>
    public FrechetReference(FeatureStatistics statistics, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        Statistics = statistics;
        _threads = threads;
        int d = statistics.Dimensions;
        double[] vectors = new double[d * d];
        double[] values = Decompose(statistics.Covariance.ToArray(), d, vectors);
        // Below this an eigenvalue of a singular matrix is rounding (numpy's rule for a rank).
        double least = Math.Max(0, d * Epsilon * values[^1]);
        int dropped = values.Count(value => value <= least);
        _rank = d - dropped;
        _factor = new double[d * _rank];
        for (int k = 0; k < d; k++)
            for (int j = 0; j < _rank; j++)
                _factor[k * _rank + j] = Math.Sqrt(values[dropped + j]) * vectors[(dropped + j) * d + k];
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
        double[] half = GramProduct.Of(new DoubleRows(other.Covariance.ToArray(), other.Dimensions), factor, false, _threads);
        double[] inner = GramProduct.Of(factor, new DoubleRows(half, _rank), symmetric: true, _threads);
        double sum = 0;
        foreach (double value in Decompose(inner, _rank, new double[inner.Length])) sum += Math.Sqrt(Math.Max(0, value));
        return sum;
    }

    /// <summary>
    /// Eigenvalues in ascending order; eigenvector j is row j of <paramref name="vectors"/>. Of MathNet the solver alone is
    /// called: its matrix classes would keep those of four number types in a program compiled ahead.
    /// </summary>
    internal static double[] Decompose(double[] symmetric, int n, double[] vectors)
    {
        var values = new Complex[n];
        ManagedLinearAlgebraProvider.Instance.EigenDecomp(true, n, symmetric, vectors, values, new double[n * n]);
        return [.. values.Select(static v => v.Real)];
    }
}
