using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Loading;
using Ssgan.Gan.Metrics;

namespace Ssgan.Gan.Training;

/// <summary>A run between two steps, as hooks see it.</summary>
public sealed class RunState
{
    internal RunState(GanStep step, IImageSource source, TrainOptions options, RunFolder folder, ITrainingObserver observer) =>
        (Step, Source, Options, Folder, Observer) = (step, source, options, folder, observer);

    /// <summary>The algorithm, its networks and statistics.</summary>
    public GanStep Step { get; }

    /// <summary>The real images.</summary>
    public IImageSource Source { get; }

    /// <summary>The settings.</summary>
    public TrainOptions Options { get; }

    /// <summary>Where the run's files are.</summary>
    public RunFolder Folder { get; }

    /// <summary>Who is told of files and notices.</summary>
    public ITrainingObserver Observer { get; }

    /// <summary>Finished generator updates.</summary>
    public long Done { get; internal set; }

    /// <summary>Where the data stand.</summary>
    public LoaderPosition Position { get; internal set; } = new(0);

    /// <summary>Whether this process writes the run's files: it is the only rank, or the first of several.</summary>
    public bool Writes => Step.Ranks is null or { Rank: 0 };

    /// <summary>The newest log line; null before the first.</summary>
    public TrainingReport? Report { get; internal set; }

    /// <summary>The newest scores; null before the first.</summary>
    public IReadOnlyList<Receipt>? Scores { get; internal set; }

    /// <summary>The learning rate of the next step.</summary>
    public float LearningRate => Options.Rate().At(Done);

    /// <summary>Looks at the sums of the log line under way, which a number that is not finite spoils for good; waits for the
    /// device.</summary>
    /// <param name="when">"by" or "in" the step.</param>
    /// <exception cref="Settings.TrainingException">A loss or gradient is NaN or infinite.</exception>
    internal void CheckFinite(string when = "by")
    {
        if (Step.Stats.FirstNonFinite() is { } metric)
            throw NonFinite.Describe(Step, metric, $"{when} step {Done}",
                Folder.CheckpointSteps() is [.., var saved] ? saved : null);
    }
}
