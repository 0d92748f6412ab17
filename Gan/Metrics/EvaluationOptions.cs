using Ssgan.Engine;
using Ssgan.Gan.Data;

namespace Ssgan.Gan.Metrics;

/// <summary>What is measured, and how.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Names of <see cref="Metric.All"/>.</summary>
    public IReadOnlyList<string> Metrics { get; init; } = ["fid", "kid", "pr"];

    /// <summary>Everything else that moves scores.</summary>
    public MetricProtocol Protocol { get; init; } = MetricProtocol.Standard;

    /// <summary>Images to draw.</summary>
    public int Images { get; init; } = 50_000;

    /// <summary>Real images to compare with; null leaves it to the protocol, and 0 takes all.</summary>
    public int? Reals { get; init; }

    /// <summary>Every score is computed once with each: other noise, other subsets. The mean is reported.</summary>
    public IReadOnlyList<ulong> Seeds { get; init; } = [0];

    /// <summary>
    /// Where features are kept: those of real images for good, others until an evaluation ends, so that one that was stopped
    /// goes on where it was. Null keeps nothing.
    /// </summary>
    public string? CacheFolder { get; init; }

    /// <summary>Ranks that look at images in turns, a batch each; all score, and get the same numbers as one would. They stay the
    /// caller's; null for one.</summary>
    public ICommunicator? Ranks { get; init; }

    /// <summary>Told how many images have been looked at: "real", "drawn".</summary>
    public IProgress<DataProgress>? Progress { get; init; }

    /// <summary>Told, in a sentence, what makes a score doubtful.</summary>
    public Action<string>? Notice { get; init; }

    /// <exception cref="ArgumentException">A value is out of range; the message names it.</exception>
    internal IReadOnlyList<Metric> Validate()
    {
        if (Metrics.Count == 0) throw new ArgumentException("No metric is asked for.");
        if (Images < 1) throw new ArgumentException($"{Images} images cannot be measured; at least 1 is needed.");
        if (Reals < 0) throw new ArgumentException($"{Reals} real images cannot be compared with; 0 takes all.");
        if (Seeds.Count == 0) throw new ArgumentException("No seed is given; at least 1 is needed.");
        if (Seeds.Distinct().Count() < Seeds.Count) throw new ArgumentException("A seed is given twice.");
        return [.. Metrics.Distinct().Select(Metric.Of)];
    }
}
