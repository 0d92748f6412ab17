using Ssgan.Gan.Metrics;

namespace Ssgan.Gan.Training;

/// <summary>One log line: means since the line before.</summary>
/// <param name="Step">Finished generator updates.</param>
/// <param name="Steps">Generator updates in all.</param>
/// <param name="Metrics">Losses, accuracies, gradient norms, in a fixed order.</param>
/// <param name="LearningRate">The rate now.</param>
/// <param name="ImagesPerSecond">Real images seen by the discriminator per second.</param>
/// <param name="Elapsed">Since this process began to train.</param>
/// <param name="Remaining">Estimate for the rest, from this run's pace; null at first.</param>
/// <param name="LiveBytes">Device memory in use.</param>
/// <param name="PeakBytes">The most so far.</param>
public sealed record TrainingReport(long Step, long Steps, IReadOnlyList<(string Name, double Value)> Metrics,
    double LearningRate, double ImagesPerSecond, TimeSpan Elapsed, TimeSpan? Remaining, long LiveBytes, long PeakBytes)
{
    /// <summary>The largest singular value of each layer with spectral norm, by its network and name ("d.block1.c1"), as its
    /// norm estimates it.</summary>
    public IReadOnlyList<(string Name, double Value)> Sigmas { get; init; } = [];
}

/// <summary>Watches a run. Calls come from the training thread, between steps.</summary>
public interface ITrainingObserver
{
    /// <summary>A step is done; called after each.</summary>
    void Stepped(long step, long steps);

    /// <summary>A log line was written.</summary>
    void Logged(TrainingReport report);

    /// <summary>A file appeared: a grid, a checkpoint.</summary>
    void Wrote(string what, string path);

    /// <summary>Scores were computed of what the generator draws after a step.</summary>
    void Scored(long step, IReadOnlyList<Receipt> receipts)
    {
    }

    /// <summary>Something worth one line, such as files that were skipped.</summary>
    void Notice(string message);
}
