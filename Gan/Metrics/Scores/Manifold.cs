using Ssgan.Engine;

namespace Ssgan.Gan.Metrics.Scores;

/// <summary>How two sets cover each other.</summary>
/// <param name="Precision">The share of generated images in a ball of real ones (Kynkäänniemi et al. 2019).</param>
/// <param name="Recall">The share of real images in a ball of generated ones.</param>
/// <param name="Density">In how many balls of real images a generated one is, over k; above 1 where it crowds (Naeem et al.
/// 2020).</param>
/// <param name="Coverage">The share of real images with a generated one in their ball.</param>
public readonly record struct ManifoldScores(double Precision, double Recall, double Density, double Coverage);

/// <summary>
/// Improved precision and recall, density and coverage: each image is the centre of a ball that reaches to its k-th neighbour
/// in its own set. Precision and recall take its surface in, density and coverage do not, as their authors have it.
/// </summary>
public static class Manifold
{
    /// <summary>
    /// All four. Every decision is that of distances in double, Σ(x − y)²; the device's products, about a mean, only spare
    /// computing most of them. Memory beside the sets does not grow with the number of pairs.
    /// </summary>
    /// <param name="device">Computes products.</param>
    /// <param name="real">Features of real images, more than either k.</param>
    /// <param name="fake">Features of generated images, more than <paramref name="precisionNeighbours"/>.</param>
    /// <param name="precisionNeighbours">k of precision and recall, at least 1.</param>
    /// <param name="coverageNeighbours">k of density and coverage, at least 1.</param>
    /// <param name="threads">Threads of the host that may take part; 0 takes one per logical processor.</param>
    /// <exception cref="ArgumentException">Dimensions differ, or there are too few rows.</exception>
    public static ManifoldScores Between(Device device, FeatureSet real, FeatureSet fake, int precisionNeighbours = 3,
        int coverageNeighbours = 5, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(fake);
        const string metric = "Precision and recall";
        Guard.SameDimensions(metric, real.Dimensions, fake.Dimensions);
        Guard.AtLeast(metric, "k of precision and recall", precisionNeighbours, 1);
        Guard.AtLeast(metric, "k of density and coverage", coverageNeighbours, 1);
        Guard.Rows(metric, "real features", real, Math.Max(precisionNeighbours, coverageNeighbours) + 1);
        Guard.Rows(metric, "generated features", fake, precisionNeighbours + 1);

        double[] centre = Moments.Mean(real, threads);
        var reals = Balls(device, real, centre, threads, precisionNeighbours, coverageNeighbours);
        var fakes = Balls(device, fake, Moments.Mean(fake, threads), threads, precisionNeighbours);
        var rows = CentredRows.Of(centre, threads, real, fake);
        return Count(device, rows[0], rows[1], new Radii(reals[0], reals[1], fakes[0]), coverageNeighbours, threads);
    }

    /// <summary>Squared radii: of each real ball for precision and for coverage, and of each generated one for recall.</summary>
    readonly record struct Radii(double[] Precision, double[] Coverage, double[] Recall);

    /// <summary>Squared distances to some neighbours within a set, for each row.</summary>
    static double[][] Balls(Device device, FeatureSet set, double[] centre, int threads, params int[] neighbours)
    {
        // About its own mean, so that images close to each other and far from those of the other set are told apart.
        var rows = CentredRows.Of(centre, threads, set)[0];
        var nearest = NeighbourSearch.Find(device, rows, rows, neighbours.Max(), others: true, threads);
        return [.. neighbours.Select(k => nearest.Select(row => row[k - 1].Distance).ToArray())];
    }

    static ManifoldScores Count(Device device, CentredRows real, CentredRows fake, Radii radii, int k, int threads)
    {
        var distances = new Distances(real, fake);
        int[] balls = new int[real.Count];
        bool[] recalled = new bool[real.Count], precise = new bool[fake.Count];
        double[] recall = [.. radii.Recall.Select(r => r * distances.Unit)];
        ProductBlocks.ForEach(device, real, fake, threads, block => HostLoop.For(threads, block.Rows, i =>
        {
            int row = block.Row + i;
            double near = radii.Precision[row] * distances.Unit, wide = radii.Coverage[row] * distances.Unit;
            double widest = Math.Max(near, wide);
            var products = block[i];
            for (int j = 0; j < products.Length; j++)
            {
                int column = block.Column + j;
                var (distance, error) = distances.Approximate(row, column, products[j]);
                if (distance - error > widest && distance - error > recall[column]) continue;
                if (Math.Abs(distance - near) <= error || Math.Abs(distance - wide) <= error
                    || Math.Abs(distance - recall[column]) <= error)
                {
                    distance = distances.Exact(row, column);
                }
                // Several threads may write here, but all the same.
                if (distance <= near) precise[column] = true;
                if (distance < wide) balls[row]++;
                if (distance <= recall[column]) recalled[row] = true;
            }
        }));
        return new ManifoldScores(Share(precise), Share(recalled),
            balls.Sum(static b => (double)b) / ((double)k * fake.Count), Share([.. balls.Select(static b => b > 0)]));
    }

    static double Share(bool[] members) => members.Count(static m => m) / (double)members.Length;
}
