namespace Ssgan.Gan.Metrics.Scores;

/// <summary>
/// The Fréchet distance between Gaussians with the statistics of two sets (Heusel et al. 2017); with Inception's features, the
/// FID.
/// </summary>
public static class FrechetDistance
{
    /// <summary>What <see cref="FrechetReference.DistanceTo"/> gives; keep a reference where one side stays.</summary>
    /// <param name="a">One side.</param>
    /// <param name="b">The other.</param>
    /// <param name="threads">Threads that may take part; 0 takes one per logical processor.</param>
    /// <exception cref="ArgumentException">The sides have different dimensions.</exception>
    public static double Between(FeatureStatistics a, FeatureStatistics b, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        // Before the first decomposition.
        Guard.SameDimensions("Fréchet distance", a.Dimensions, b.Dimensions);
        return new FrechetReference(a, threads).DistanceTo(b);
    }
}
