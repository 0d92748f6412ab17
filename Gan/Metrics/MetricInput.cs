using Ssgan.Engine;
using Ssgan.Gan.Metrics.Scores;

namespace Ssgan.Gan.Metrics;

/// <summary>A score of one seed.</summary>
/// <param name="Name">"FID".</param>
/// <param name="Value">The score.</param>
/// <param name="Spread">Deviation over what it is a mean of; null where it is none.</param>
/// <param name="Parameters">The metric's own numbers.</param>
sealed record MetricValue(string Name, double Value, double? Spread, params (string Name, string Value)[] Parameters);

/// <summary>What metrics of one seed are computed from. What several need is computed once, when it is first asked for.</summary>
sealed class MetricInput(Device device, MetricProtocol protocol, ulong seed, Action<string>? notice)
{
    public const int PrecisionNeighbours = 3, CoverageNeighbours = 5;

    readonly ImageFeatures? _real, _drawn, _scored;
    readonly Lazy<FrechetReference>? _reals;
    FeatureStatistics? _statistics;
    ManifoldScores? _manifold;

    public Device Device => device;

    public MetricProtocol Protocol => protocol;

    public ulong Seed => seed;

    public ImageFeatures Real { get => _real!; init => _real = value; }

    public ImageFeatures Drawn { get => _drawn!; init => _drawn = value; }

    /// <summary>The images that the Inception Score is of.</summary>
    public ImageFeatures Scored { get => _scored!; init => _scored = value; }

    /// <summary>Mean and covariance of the real images.</summary>
    public Lazy<FrechetReference> Reals { init => _reals = value; }

    public FrechetReference Reference => _reals!.Value;

    public FeatureStatistics Statistics
    {
        get
        {
            if (_statistics is null)
            {
                _statistics = FeatureStatistics.Of(Drawn.Features);
                if (_statistics.Warning is { } warning) notice?.Invoke(warning);
            }
            return _statistics;
        }
    }

    public ManifoldScores Manifold => _manifold ??= Scores.Manifold.Between(device, Real.Features, Drawn.Features,
        PrecisionNeighbours, CoverageNeighbours);
}
