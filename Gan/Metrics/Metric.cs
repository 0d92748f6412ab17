using System.Globalization;
using Ssgan.Gan.Metrics.Scores;

namespace Ssgan.Gan.Metrics;

/// <summary>A metric by its name on the command line; one may give several scores.</summary>
public sealed class Metric
{
    readonly Func<MetricInput, IEnumerable<MetricValue>> _compute;

    Metric(string name, string description, Func<MetricInput, IEnumerable<MetricValue>> compute) =>
        (Name, Description, _compute) = (name, description, compute);

    /// <summary>"fid".</summary>
    public string Name { get; }

    /// <summary>One line.</summary>
    public string Description { get; }

    /// <summary>Whether real images are needed.</summary>
    public bool ComparesWithReals { get; private init; } = true;

    /// <summary>Whether the network must tell classes.</summary>
    public bool NeedsClasses { get; private init; }

    /// <summary>Whether mean and covariance of the real images suffice.</summary>
    public bool TakesStatistics { get; private init; }

    /// <summary>Whether a first score is better than a second; null of a metric that gives several.</summary>
    public Func<double, double, bool>? IsBetter { get; private init; }

    /// <summary>The name of its score; null of a metric that gives several.</summary>
    public string? Score { get; private init; }

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Metric> All { get; } =
    [
        new("fid", "Frechet distance of features (Heusel et al. 2017); lower is better", Frechet)
        {
            TakesStatistics = true, Score = "FID", IsBetter = Lower,
        },
        new("kid", "kernel distance of features (Binkowski et al. 2018); lower is better", Kernel)
        {
            Score = "KID", IsBetter = Lower,
        },
        new("is", "Inception Score (Salimans et al. 2016); higher is better", Inception)
        {
            ComparesWithReals = false, NeedsClasses = true, Score = "IS", IsBetter = static (a, b) => a > b,
        },
        new("pr", "precision and recall (Kynkaanniemi et al. 2019), k = 3; higher is better", PrecisionRecall),
        new("dc", "density and coverage (Naeem et al. 2020), k = 5; higher is better", DensityCoverage),
        new("mind", "sliced Wasserstein distance of features (MIND); lower is better, and cheap", Sliced)
        {
            Score = "MIND", IsBetter = Lower,
        },
        new("fid-inf", "fid extrapolated to endlessly many images (Chong and Forsyth 2020)", Extrapolated)
        {
            Score = "FID-infinity", IsBetter = Lower,
        },
    ];

    /// <summary>The metric of a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Metric Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(m => m.Name == name) ?? throw new ArgumentException(
            $"There is no metric \"{name}\", only {string.Join(", ", All.Select(static m => m.Name))}.", nameof(name));
    }

    internal IEnumerable<MetricValue> Compute(MetricInput input) => _compute(input);

    static bool Lower(double a, double b) => a < b;

    static IEnumerable<MetricValue> Frechet(MetricInput input)
    {
        double value = input.Reference.DistanceTo(input.Statistics);
        yield return new("FID", value, null, ("ddof", "1"));
    }

    static IEnumerable<MetricValue> Extrapolated(MetricInput input)
    {
        var line = FrechetInfinity.Of(input.Reference, input.Drawn.Features, input.Seed);
        yield return new("FID-infinity", line.Intercept, null, ("ddof", "1"),
            ("sizes", Text(line.Points.Count)), ("smallest", Text(line.Points[0].Count)));
    }

    static IEnumerable<MetricValue> Kernel(MetricInput input)
    {
        var (subsets, size) = (input.Protocol.KernelSubsets, input.Protocol.SubsetSize(
            Math.Min(input.Real.Features.Count, input.Drawn.Features.Count)));
        var score = KernelDistance.Between(input.Device, input.Real.Features, input.Drawn.Features, subsets, size, input.Seed);
        yield return new("KID", score.Value, score.Deviation, ("subsets", Text(subsets)), ("subsetSize", Text(size)));
    }

    static IEnumerable<MetricValue> Inception(MetricInput input)
    {
        var score = InceptionScore.Of(input.Scored.Logits!, input.Protocol.ScoreSplits);
        yield return new("IS", score.Value, score.Deviation, ("bias", "none"), ("splits", Text(input.Protocol.ScoreSplits)));
    }

    static IEnumerable<MetricValue> PrecisionRecall(MetricInput input)
    {
        var k = ("k", Text(MetricInput.PrecisionNeighbours));
        yield return new("precision", input.Manifold.Precision, null, k);
        yield return new("recall", input.Manifold.Recall, null, k);
    }

    static IEnumerable<MetricValue> DensityCoverage(MetricInput input)
    {
        var k = ("k", Text(MetricInput.CoverageNeighbours));
        yield return new("density", input.Manifold.Density, null, k);
        yield return new("coverage", input.Manifold.Coverage, null, k);
    }

    static IEnumerable<MetricValue> Sliced(MetricInput input)
    {
        const int directions = 1000;
        var (real, drawn) = (input.Real.Features, input.Drawn.Features);
        int count = Math.Min(real.Count, drawn.Count);
        double value = Mind.Between(input.Device, real.Sample(count, input.Seed), drawn.Sample(count, input.Seed), input.Seed,
            directions);
        yield return new("MIND", value, null, ("directions", Text(directions)), ("images", Text(count)));
    }

    static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
