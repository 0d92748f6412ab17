using Ssgan.Gan.Metrics.Scores;

namespace Ssgan.Tests.Metrics.Scores;

/// <summary>Metrics of all distances in double, one after the other.</summary>
static class BruteForce
{
    internal static ManifoldScores Manifold(FeatureSet real, FeatureSet fake, int near, int wide)
    {
        double[] precision = Radii(real, near), coverage = Radii(real, wide), recall = Radii(fake, near);
        bool[] precise = new bool[fake.Count], recalled = new bool[real.Count], covered = new bool[real.Count];
        long balls = 0;
        for (int i = 0; i < real.Count; i++)
        {
            for (int j = 0; j < fake.Count; j++)
            {
                double d = Squared(real[i], fake[j]);
                precise[j] |= d <= precision[i];
                recalled[i] |= d <= recall[j];
                covered[i] |= d < coverage[i];
                if (d < coverage[i]) balls++;
            }
        }
        return new ManifoldScores(Share(precise), Share(recalled), balls / ((double)wide * fake.Count), Share(covered));
    }

    /// <summary>Indices of the k nearest, of equally near ones the first.</summary>
    internal static int[] Nearest(ReadOnlySpan<float> query, FeatureSet references, int k)
    {
        var distances = new (double, int)[references.Count];
        for (int j = 0; j < distances.Length; j++) distances[j] = (Squared(query, references[j]), j);
        Array.Sort(distances);
        return [.. distances.Take(k).Select(static d => d.Item2)];
    }

    static double[] Radii(FeatureSet set, int k)
    {
        double[] radii = new double[set.Count];
        for (int i = 0; i < radii.Length; i++)
        {
            double[] distances = new double[set.Count];
            for (int j = 0; j < distances.Length; j++) distances[j] = Squared(set[i], set[j]);
            Array.Sort(distances);
            radii[i] = distances[k];
        }
        return radii;
    }

    /// <summary>
    /// In the order of the library's own: sums that end in another last bit would tell other ties, and neither is wrong.
    /// </summary>
    internal static double Squared(ReadOnlySpan<float> x, ReadOnlySpan<float> y) => Distances.Squared(x, y);

    static double Share(bool[] members) => members.Count(static m => m) / (double)members.Length;
}
