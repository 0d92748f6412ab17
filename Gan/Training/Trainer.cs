using Ssgan.Engine.Optim.Schedules;
using Ssgan.Engine.Serialization;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Loading;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training.Feeds;

namespace Ssgan.Gan.Training;

/// <summary>How a run ended.</summary>
public enum TrainingOutcome
{
    /// <summary>All steps are done.</summary>
    Done,
    /// <summary>It was asked to stop, and saved first.</summary>
    Interrupted,
}

/// <summary>
/// Runs a GAN's algorithm over a data set. What is learned lives in the <see cref="GanStep"/>, what a step is in the
/// <see cref="GanLoop"/>, and what happens beside is a list of hooks: log, sample grids, checkpoints, and those of the caller.
/// Resuming from a checkpoint continues bit for bit.
/// </summary>
public sealed class Trainer
{
    readonly RunState _run;
    readonly IReadOnlyList<IRunHook> _hooks;

    /// <summary>A trainer of a new run. The algorithm and the data stay the caller's.</summary>
    /// <param name="step">The algorithm.</param>
    /// <param name="source">The real images.</param>
    /// <param name="options">The run's settings.</param>
    /// <param name="folder">Where its files go.</param>
    /// <param name="observer">Who is told what happens; null for nobody.</param>
    /// <param name="hooks">What the run does beside logging, drawing and saving; called after those.</param>
    /// <exception cref="TrainingException">A setting is out of range, or the images have another size than the settings
    /// say.</exception>
    public Trainer(GanStep step, IImageSource source, TrainOptions options, RunFolder folder, ITrainingObserver? observer,
        params IReadOnlyList<IRunHook> hooks)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(hooks);
        options.Validate();
        int size = options.Data.Size;
        if (source.Size != size)
            throw new TrainingException(
                $"The images of {source.Name} are {source.Size}x{source.Size}, and the settings say {size}x{size}.");
        int ranks = step.Random.Share.Size;
        if (options.Optimisation.Batch % ranks != 0)
            throw new TrainingException($"A batch of {options.Optimisation.Batch} images does not go round {ranks} ranks; its "
                + "size must be a multiple of their number.");
        if (options.Optimisation.Batch / ranks < 2 && !options.Optimisation.SyncBatchNorm)
            throw new TrainingException($"A batch of {options.Optimisation.Batch} leaves each of {ranks} ranks one image, and "
                + "batch norm needs at least 2: take a larger batch, or batch norm by the images of all ranks.");
        if (step.Classes > 0 && source.Classes.Count != step.Classes)
            throw new TrainingException(
                $"The networks know {step.Classes} classes, and {source.Name} has {source.Classes.Count}.");
        _run = new RunState(step, source, options, folder, observer ?? new Unobserved())
        {
            Position = new LoaderPosition(options.Optimisation.Seed),
        };
        _hooks = hooks;
    }

    /// <summary>Finished generator updates.</summary>
    public long Done => _run.Done;

    /// <summary>Whether something that was due after the last finished step is missing, as where a process was killed.</summary>
    internal bool Owes => _run.Done > 0 && _hooks.Any(h => h.IsOwed(_run));

    /// <summary>Continues from a checkpoint of the same networks and data.</summary>
    /// <exception cref="TrainingException">The checkpoint is damaged, or its settings or data differ in a way that may not
    /// change.</exception>
    public void Resume(string checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var state = Checkpoint.ReadState(checkpoint);
        CheckSettings(_run.Options, state, checkpoint);
        if (state.DataHash != _run.Source.ContentHash)
            throw new TrainingException($"{checkpoint} was trained on {state.DataName} with content {state.DataHash}; "
                + $"{_run.Source.Name} now has content {_run.Source.ContentHash}.");
        Checkpoint.ReadTensors(checkpoint, _run.Step);
        _run.Step.Random.State = (state.RandomSeed, state.RandomCounter);
        _run.Step.Stats.Restore(state.Stats);
        (_run.Position, _run.Done) = (state.Data, state.Step);
    }

    /// <summary>Checks a resumed run's settings against the checkpoint's, before networks of those settings are made.</summary>
    /// <param name="options">What the run is to go on with.</param>
    /// <param name="state">The checkpoint's state.</param>
    /// <param name="checkpoint">Its folder.</param>
    /// <param name="nameOf">From a setting's name in config.json to what its owner calls it; null keeps that name.</param>
    /// <exception cref="TrainingException">Some differ that may not change; the message lists them.</exception>
    public static void CheckSettings(TrainOptions options, CheckpointState state, string checkpoint,
        Func<string, string>? nameOf = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(checkpoint);
        var differences = options.Differences(state.Options)
            .Where(static d => !TrainOptions.MayChangeOnResume.Contains(d.Name)).ToList();
        if (differences.Count > 0)
            throw new TrainingException($"{checkpoint} was trained with other settings, which may not change on resume: "
                + string.Join(", ", differences.Select(d =>
                    $"{nameOf?.Invoke(d.Name) ?? d.Name} was {d.Other} and is now {d.Mine}")) + ".");
        var optimisation = options.Optimisation;
        if (state.Step < options.Rate().From)
            throw new TrainingException($"{checkpoint} is at step {state.Step}, and the learning rate is to fall from step "
                + $"{optimisation.DecayFrom} on.");
        if (state.Step > optimisation.Steps)
            throw new TrainingException($"{checkpoint} is at step {state.Step}, past the {optimisation.Steps} steps asked for.");
    }

    /// <summary>Trains to the last step, or until asked to stop; a checkpoint is written either way.</summary>
    /// <param name="stop">Ends the run after the step that is under way.</param>
    /// <exception cref="TrainingException">
    /// A loss or gradient became NaN or infinite (the last checkpoint is kept as it is), or another run is in the folder.
    /// </exception>
    public TrainingOutcome Run(CancellationToken stop = default)
    {
        var (options, optimisation, folder) = (_run.Options, _run.Options.Optimisation, _run.Folder);
        using var claim = _run.Writes ? folder.Claim() : null;
        if (_run.Writes)
            AtomicFile.Write(folder.Config, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(options.ToJson())));
        using var log = new LogHook(_run);
        IRunHook[] all = [log, new GridHook(_run), new CheckpointHook(_run, log), .. _hooks];
        IRunHook[] hooks = _run.Writes ? all : [.. all.Where(static h => h.OnEveryRank)];
        using var schedule = new ScalarSchedule(_run.Step.Scheduled(options.Rate()), _run.Done);
        long ahead = Math.Min(options.Cadence.LogEvery, int.MaxValue) * optimisation.DiscriminatorSteps;
        using var feed = BatchFeed.Open(_run.Step.Device, _run.Source, options.Data, optimisation.Batch, _run.Position,
            _run.Observer.Notice, ahead, _run.Step.Random.Share);
        using var loop = new GanLoop(_run.Step, feed, optimisation, schedule);
        if (_run.Step.Ranks is { } ranks)
            _run.Observer.Notice($"{ranks.Describe()}: {optimisation.Batch / ranks.Size} of {optimisation.Batch} images a rank; "
                + (optimisation.SyncBatchNorm ? "batch norm goes by the images of all ranks."
                    : "batch norm goes by each rank's own images (--sync-bn on: by all, as one rank would)."));
        foreach (string notice in _run.Step.Notices) _run.Observer.Notice(notice);
        if (_run.Done == 0) foreach (var hook in hooks.Where(static h => h.Every.AtStart)) hook.Run(_run);
        else foreach (var hook in hooks) if (IsOwedBySome(hook)) hook.Run(_run);
        long began = _run.Done;
        bool stops = RankAgreement.Any(_run.Step, stop.IsCancellationRequested);
        while (_run.Done < optimisation.Steps && !stops)
        {
            // A step that has begun is finished.
            loop.Iterate(CancellationToken.None);
            _run.Position = loop.Position;
            _run.Done++;
            if (loop.IsDoneOnReturn) _run.CheckFinite("in");
            _run.Observer.Stepped(_run.Done, optimisation.Steps);
            foreach (var hook in hooks.Where(h => h.Every.IsDue(_run.Done, optimisation.Steps))) hook.Run(_run);
            // Where updates are only queued, asking the other ranks would wait for them.
            if (_run.Step.Ranks is null || loop.IsDoneOnReturn || log.Every.IsDue(_run.Done, optimisation.Steps))
                stops = RankAgreement.Any(_run.Step, stop.IsCancellationRequested);
        }
        bool done = _run.Done == optimisation.Steps;
        foreach (var hook in hooks.Where(h => h.Every.AtEnd == AtEnd.Always && IsLeft(h))) hook.Run(_run);
        return done ? TrainingOutcome.Done : TrainingOutcome.Interrupted;

        // What was called after the last step is not called again; a run that made no step still ends as it should.
        bool IsLeft(IRunHook hook) => _run.Done == began || !hook.Every.IsDue(_run.Done, optimisation.Steps);
    }

    // The first rank looks, and all that are to call it learn of it.
    bool IsOwedBySome(IRunHook hook) => hook.OnEveryRank
        ? RankAgreement.Any(_run.Step, _run.Writes && hook.IsOwed(_run)) : hook.IsOwed(_run);
}
