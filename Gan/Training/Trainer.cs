using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Optim;
using Ssgan.Engine.Serialization;
using Ssgan.Gan.Data;

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
/// Runs a GAN's algorithm over a data set: schedule, log, sample grids, checkpoints. What is learned lives in the
/// <see cref="GanStep"/>; resuming from a checkpoint continues bit for bit.
/// </summary>
public sealed class Trainer
{
    /// <summary>Keeps the choice of the real images that are shown apart from all else that is drawn from the seed.</summary>
    const ulong RealsStream = 0x9E3779B97F4A7C15;

    readonly GanStep _step;
    readonly IImageSource _source;
    readonly TrainOptions _options;
    readonly RunFolder _folder;
    readonly ITrainingObserver _observer;
    readonly LinearDecay _schedule;
    LoaderPosition _position;
    long _done, _saved = -1;

    /// <summary>A trainer of a new run. The algorithm and the data stay the caller's.</summary>
    /// <exception cref="TrainingException">A setting is out of range, or the images have another size than the settings
    /// say.</exception>
    public Trainer(GanStep step, IImageSource source, TrainOptions options, RunFolder folder, ITrainingObserver observer)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(observer);
        (_step, _source, _options, _folder, _observer) = (step, source, options.Validate(), folder, observer);
        if (source.Size != options.Size)
            throw new TrainingException($"The images of {source.Name} are {source.Size}x{source.Size}, and the settings say "
                + $"{options.Size}x{options.Size}.");
        _schedule = options.Schedule();
        _position = new LoaderPosition(options.Seed);
    }

    /// <summary>Finished generator updates.</summary>
    public long Done => _done;

    /// <summary>Continues from a checkpoint of the same networks and data.</summary>
    /// <exception cref="TrainingException">The checkpoint is damaged, or its settings or data differ in a way that may not
    /// change.</exception>
    public void Resume(string checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var state = Checkpoint.ReadState(checkpoint);
        CheckSettings(_options, state, checkpoint);
        if (state.DataHash != _source.ContentHash)
            throw new TrainingException($"{checkpoint} was trained on {state.DataName} with content {state.DataHash}; "
                + $"{_source.Name} now has content {_source.ContentHash}.");
        Checkpoint.ReadTensors(checkpoint, _step);
        _step.Random.State = (state.RandomSeed, state.RandomCounter);
        _step.Stats.Restore(state.Stats);
        (_position, _done) = (state.Data, state.Step);
    }

    /// <summary>Checks a resumed run's settings against the checkpoint's, before networks of those settings are made.</summary>
    /// <param name="options">What the run is to go on with.</param>
    /// <param name="state">The checkpoint's state.</param>
    /// <param name="checkpoint">Its folder.</param>
    /// <param name="spell">From a setting's name and value in config.json to what their owner calls them; null keeps
    /// them.</param>
    /// <exception cref="TrainingException">Some differ that may not change; the message lists them.</exception>
    public static void CheckSettings(TrainOptions options, CheckpointState state, string checkpoint,
        Func<string, string, (string Name, string Value)>? spell = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(checkpoint);
        var differences = options.Differences(state.Options)
            .Where(static d => !TrainOptions.MayChangeOnResume.Contains(d.Name)).ToList();
        if (differences.Count > 0)
            throw new TrainingException($"{checkpoint} was trained with other settings, which may not change on resume: "
                + string.Join(", ", differences.Select(d =>
                    $"{Spell(d.Name, d.Other).Name} was {Spell(d.Name, d.Other).Value} and is now {Spell(d.Name, d.Mine).Value}"))
                + ".");
        if (options.Decay && state.Step < options.DecayFrom)
            throw new TrainingException(
                $"{checkpoint} is at step {state.Step}, and the learning rate is to fall from step {options.DecayFrom} on.");
        if (state.Step > options.Steps)
            throw new TrainingException($"{checkpoint} is at step {state.Step}, past the {options.Steps} steps asked for.");

        (string Name, string Value) Spell(string name, string value) => spell?.Invoke(name, value) ?? (name, value);
    }

    /// <summary>Trains to the last step, or until asked to stop; a checkpoint is written either way.</summary>
    /// <param name="stop">Ends the run after the step that is under way.</param>
    /// <exception cref="TrainingException">
    /// A loss or gradient became NaN or infinite (the last checkpoint is kept as it is), or another run is in the folder.
    /// </exception>
    public TrainingOutcome Run(CancellationToken stop = default)
    {
        using var claim = _folder.Claim();
        AtomicFile.Write(_folder.Config, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(_options.ToJson())));
        using var log = new MetricsLog(_folder.Metrics, _done);
        using var schedule = new RateSchedule([.. _step.Optimizers.Select(static o => o.Optimizer)], _schedule, _done);
        using var updates = Updates.Open(_step, _source, _options, schedule, _position, _observer.Notice);
        if (_done == 0) SaveFirstGrids();
        var meter = new Meter(_step.Device, _options, _done);
        while (_done < _options.Steps && !stop.IsCancellationRequested)
        {
            Iterate(updates);
            _observer.Stepped(_done, _options.Steps);
            if (_done % _options.LogEvery == 0 || _done == _options.Steps) Report(log, meter);
            if (_done % _options.SampleEvery == 0 || _done == _options.Steps) SaveGrid();
            if (_done % _options.CheckpointEvery == 0) Save();
        }
        if (_saved != _done) Save();
        return _done < _options.Steps ? TrainingOutcome.Interrupted : TrainingOutcome.Done;
    }

    /// <summary>
    /// One global step: n_dis discriminator updates, each on fresh images, then one generator update and the schedule.
    /// </summary>
    void Iterate(Updates updates)
    {
        for (int i = 0; i < _options.DiscriminatorSteps; i++) updates.TrainDiscriminator();
        updates.TrainGenerator();
        _position = updates.Position;
        _done++;
        if (updates.AreDone) CheckFinite("in");
    }

    /// <summary>
    /// Looks at the sums of the log line under way, which a number that is not finite spoils for good; waits for the device.
    /// </summary>
    void CheckFinite(string when = "by")
    {
        if (_step.Stats.FirstNonFinite() is { } metric)
            throw NonFinite.Describe(_step, metric, $"{when} step {_done}",
                _folder.CheckpointSteps() is [.., var saved] ? saved : null);
    }

    void Report(MetricsLog log, Meter meter)
    {
        CheckFinite();
        var report = meter.Report(_done, _step.Stats.Take(), _schedule.At(_done));
        log.Append(report);
        _observer.Logged(report);
    }

    void SaveFirstGrids()
    {
        int count = (int)Math.Min(_options.GridImages, _source.Count ?? long.MaxValue);
        var reals = new byte[count * _source.Size * _source.Size * 3];
        int bytes = reals.Length / count;
        long[] chosen = Choose(_options.Seed, _source.Count, count);
        for (int i = 0; i < count; i++) _source.Read(chosen[i], reals.AsSpan(i * bytes, bytes));
        string path = Path.Combine(_folder.Samples, "reals.png");
        ImageGrid.Save(path, reals, count, _source.Size);
        _observer.Wrote("real images", path);
        SaveGrid();
    }

    /// <summary>
    /// Different images from all over a data set, which depend on the seed alone: the first ones of sorted folders would all be
    /// of one class. Robert Floyd's selection. Of an endless set, whose images are drawn at random, the first.
    /// </summary>
    internal static long[] Choose(ulong seed, long? count, int number)
    {
        if (count is not { } all) return [.. Enumerable.Range(0, number)];
        var random = SplitMix.For(seed, RealsStream);
        var chosen = new List<long>(number);
        for (long last = all - number; last < all; last++)
        {
            long index = random.Below((int)(last + 1));
            chosen.Add(chosen.Contains(index) ? last : index);
        }
        return [.. chosen];
    }

    void SaveGrid()
    {
        byte[] pixels = SampleGrid.Draw(_step, _options);
        string path = _folder.Sample(_done);
        ImageGrid.Save(path, pixels, _options.GridImages, _source.Size);
        _observer.Wrote("samples", path);
    }

    void Save()
    {
        CheckFinite();
        var (seed, counter) = _step.Random.State;
        string path = _folder.Checkpoint(_done);
        Checkpoint.Write(path, _step, new CheckpointState
        {
            Step = _done, RandomSeed = seed, RandomCounter = counter, Data = _position, DataName = _source.Name,
            DataHash = _source.ContentHash, Stats = _step.Stats.Sums, TensorsSha256 = "", Options = _options,
        });
        _saved = _done;
        foreach (long old in _folder.CheckpointSteps().SkipLast(_options.KeepLast))
            Directory.Delete(_folder.Checkpoint(old), recursive: true);
        _observer.Wrote("checkpoint", path);
    }
}
