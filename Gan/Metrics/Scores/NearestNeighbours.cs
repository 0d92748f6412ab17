using Ssgan.Engine;

namespace Ssgan.Gan.Metrics.Scores;

/// <summary>A row of a set, and how far it is.</summary>
/// <param name="Index">The row.</param>
/// <param name="Distance">Euclidean.</param>
public readonly record struct Neighbour(int Index, double Distance);

/// <summary>Which images are nearest to others by their features: does a generator show what it has learnt by heart?</summary>
public static class NearestNeighbours
{
    /// <summary>
    /// The k nearest rows of the references for each query, the nearest first, of equally near ones the one that comes first. The
    /// distances are those in double; the device's products only spare computing most of them.
    /// </summary>
    /// <param name="device">Computes products.</param>
    /// <param name="queries">Who looks. One that is among the references finds itself.</param>
    /// <param name="references">Who is looked for, at least <paramref name="k"/> rows.</param>
    /// <param name="k">At least 1.</param>
    /// <param name="threads">Threads of the host that may take part; 0 takes one per logical processor.</param>
    /// <exception cref="ArgumentException">Dimensions differ, or there are too few references.</exception>
    public static Neighbour[][] Of(Device device, FeatureSet queries, FeatureSet references, int k, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(references);
        const string metric = "Nearest neighbours";
        Guard.SameDimensions(metric, queries.Dimensions, references.Dimensions);
        Guard.AtLeast(metric, "k", k, 1);
        Guard.Rows(metric, "references", references, k);
        var rows = CentredRows.Of(Moments.Mean(references, threads), threads, queries, references);
        var found = NeighbourSearch.Find(device, rows[0], rows[1], k, others: false, threads);
        foreach (var row in found)
        {
            foreach (ref var neighbour in row.AsSpan()) neighbour = neighbour with { Distance = Math.Sqrt(neighbour.Distance) };
        }
        return found;
    }
}
