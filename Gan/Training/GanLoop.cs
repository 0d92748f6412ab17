using Ssgan.Engine;
using Ssgan.Engine.Optim.Schedules;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data.Loading;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training.Feeds;

namespace Ssgan.Gan.Training;

/// <summary>
/// The updates of an algorithm, fed with images: what a trainer runs, and what benchmarks time. On a device that captures, each
/// update runs once as written, is captured at its second call, and is replayed from then on. Eager and replayed updates queue
/// the same kernels on the same numbers, so they agree bit for bit.
/// </summary>
public sealed class GanLoop : IDisposable
{
    readonly GanStep _step;
    readonly IBatchFeed _feed;
    readonly ScalarSchedule? _schedule;
    readonly int _batch, _discriminatorSteps;
    readonly UpdateOrder _order;
    readonly bool _graphs;
    readonly Update _discriminator = new(), _generator = new();

    /// <summary>All arguments stay the caller's.</summary>
    /// <param name="step">The algorithm.</param>
    /// <param name="feed">Its real images.</param>
    /// <param name="optimisation">Batch, n_dis, the order of updates, and whether updates are captured where they can be.</param>
    /// <param name="schedule">What advances after each update of the generator, or null.</param>
    public GanLoop(GanStep step, IBatchFeed feed, OptimisationSettings optimisation, ScalarSchedule? schedule = null)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(feed);
        ArgumentNullException.ThrowIfNull(optimisation);
        (_step, _feed, _schedule) = (step, feed, schedule);
        (_batch, _discriminatorSteps, _order) = (step.Random.Share.Of(optimisation.Batch), optimisation.DiscriminatorSteps,
            optimisation.UpdateOrder);
        _graphs = optimisation.Graphs && step.IsCapturable && step.Device.CanCapture;
    }

    /// <summary>The position after the images used so far.</summary>
    public LoaderPosition Position => _feed.Position;

    /// <summary>
    /// Whether an update is done when it returns. Where it is only queued, looking at its results after each step would cost a
    /// wait.
    /// </summary>
    public bool IsDoneOnReturn => !_step.Device.CanCapture;

    /// <summary>
    /// One step: n_dis updates of the discriminator, each on fresh images, one of the generator, and the schedule.
    /// </summary>
    /// <param name="stop">Ends it between two updates.</param>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public void Iterate(CancellationToken stop = default)
    {
        if (_order == UpdateOrder.GeneratorFirst) UpdateGenerator();
        for (int i = 0; i < _discriminatorSteps; i++)
        {
            stop.ThrowIfCancellationRequested();
            TrainDiscriminator();
        }
        if (_order == UpdateOrder.GeneratorLast) UpdateGenerator();

        void UpdateGenerator()
        {
            stop.ThrowIfCancellationRequested();
            TrainGenerator();
        }
    }

    /// <summary>One update of the discriminator on the next batch.</summary>
    public void TrainDiscriminator()
    {
        _feed.Prepare();
        Run(_discriminator, () =>
        {
            using var scope = _step.Device.Scope();
            _step.TrainDiscriminator(_feed.Take());
            _step.EndUpdate();
        });
    }

    /// <summary>One update of the generator, after which the schedule advances.</summary>
    public void TrainGenerator()
    {
        _schedule?.Prepare();
        bool seesReals = _step.GeneratorSeesReals;
        if (seesReals) _feed.Prepare();
        Run(_generator, () =>
        {
            using var scope = _step.Device.Scope();
            if (seesReals) _step.TrainGenerator(_feed.Take());
            else _step.TrainGenerator(_batch);
            _step.EndUpdate();
            _schedule?.Advance();
        });
    }

    void Run(Update update, Action eager)
    {
        // An observer is code of the host, which a replay would not call.
        if (!_graphs || !update.IsWarm || _step.LogitsObserver is not null)
        {
            eager();
            update.IsWarm = true;
            return;
        }
        if (update.Graph is null)
        {
            var before = _step.Stats.Counts;
            update.Graph = _step.Device.Capture(eager);
            // Recording counted the values it did not add; each replay adds them and counts them here.
            update.Counts =
            [
                .. _step.Stats.Counts.Select(c => (c.Key, c.Value - before.GetValueOrDefault(c.Key)))
                    .Where(static c => c.Item2 > 0),
            ];
            foreach (var (name, more) in update.Counts) _step.Stats.Count(name, -more);
        }
        update.Graph.Replay();
        foreach (var (name, more) in update.Counts) _step.Stats.Count(name, more);
    }

    /// <summary>Frees the graphs.</summary>
    public void Dispose()
    {
        _discriminator.Graph?.Dispose();
        _generator.Graph?.Dispose();
    }

    sealed class Update
    {
        public bool IsWarm;
        public CapturedStep? Graph;
        public (string Name, long More)[] Counts = [];
    }
}
