using Ssgan.Engine.Serialization;
using Ssgan.Engine.Serialization.Numpy;
using Ssgan.Gan.Metrics.Scores;

namespace Ssgan.Gan.Metrics;

/// <summary>
/// Mean and covariance of features as other tools keep them: an .npz with mu (d) and sigma (d, d), in F64.
/// </summary>
public static class StatisticsFile
{
    /// <summary>Reads a file of pytorch-fid, clean-fid or StyleGAN.</summary>
    /// <returns>The statistics, of a number of images that the file does not say, and the file's SHA-256.</returns>
    /// <exception cref="MetricException">It is no such file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static (FeatureStatistics Statistics, string Sha256) Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            var arrays = NpzFile.Read(path);
            double[] mean = Array("mu", 1), covariance = Array("sigma", 2);
            if (covariance.Length != (long)mean.Length * mean.Length)
                throw new MetricException($"{path} is no file of statistics: mu has {mean.Length} numbers, and sigma "
                    + $"{covariance.Length}.");
            return (new FeatureStatistics(null, mean, covariance), Sha256File.Of(path));

            double[] Array(string name, int rank) => arrays.FirstOrDefault(a => a.Name == name) is { } array
                && array.Shape.Length == rank ? array.ToDoubles() : throw new MetricException(
                    $"{path} is no file of statistics: it has no array {name} of {rank} dimension{(rank == 1 ? "" : "s")}.");
        }
        catch (Exception e) when (e is ArgumentException or TensorFileException)
        {
            throw new MetricException($"{path} is no file of statistics (mu, sigma): {e.Message}", e);
        }
    }

    /// <summary>Writes a file that those tools read; it appears whole or not at all.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, FeatureStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(statistics);
        int d = statistics.Dimensions;
        NpzFile.Write(path,
        [
            NpyArray.Of("mu", [d], statistics.Mean.Span), NpyArray.Of("sigma", [d, d], statistics.Covariance.Span),
        ]);
    }
}
