using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Optim;

namespace Ssgan.Gan.Training;

/// <summary>
/// A GAN's two updates as graphs: each runs once as written, is captured at its second call, and is replayed from then on. Eager
/// and replayed updates queue the same kernels on the same numbers, so they agree bit for bit.
/// </summary>
public sealed class CapturedGanStep : IDisposable
{
    readonly GanStep _step;
    readonly RateSchedule? _schedule;
    readonly Update _discriminator = new(), _generator = new();
    Tensor? _real;
    DeviceImages? _images;
    int _batch;

    /// <param name="step">An algorithm whose updates depend on device memory alone (<see cref="GanStep.IsCapturable"/>), on a
    /// device that captures.</param>
    /// <param name="schedule">What is to advance after each update of the generator, or null; it stays the caller's.</param>
    /// <exception cref="ArgumentException">It cannot be captured.</exception>
    public CapturedGanStep(GanStep step, RateSchedule? schedule = null)
    {
        ArgumentNullException.ThrowIfNull(step);
        if (!step.IsCapturable)
            throw new ArgumentException($"{step.GetType().Name} does not declare that its updates can be captured.");
        if (!step.Device.CanCapture) throw new ArgumentException($"{step.Device.Name} captures no graphs.");
        (_step, _schedule) = (step, schedule);
    }

    /// <summary>
    /// One update of the discriminator; see <see cref="GanStep.TrainDiscriminator(Tensor)"/>. The batch must have the same
    /// shape at every call.
    /// </summary>
    public void TrainDiscriminator(Tensor real)
    {
        ArgumentNullException.ThrowIfNull(real);
        if (_images is not null) throw new ArgumentException("The graph was captured for images from elsewhere.");
        if (_real is null) _real = _step.Device.Empty(real.Shape).Own();
        if (_real.Shape != real.Shape)
            throw new ArgumentException($"The graph was captured for images {_real.Shape}; these are {real.Shape}.");
        _real.CopyFrom(real);
        Run(_discriminator, () => _step.TrainDiscriminator(_real));
    }

    /// <summary>
    /// One update of the discriminator on the batch that was prepared last. The images must be the same object at every call.
    /// </summary>
    public void TrainDiscriminator(DeviceImages images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (_real is not null || (_images ??= images) != images)
            throw new ArgumentException("The graph was captured for images from elsewhere.");
        Run(_discriminator, () =>
        {
            using var scope = _step.Device.Scope();
            _step.TrainDiscriminator(images.Take());
        });
    }

    /// <summary>
    /// One update of the generator; see <see cref="GanStep.TrainGenerator"/>. The batch must have the same size at every call.
    /// </summary>
    public void TrainGenerator(int batch)
    {
        if (_batch == 0) _batch = batch;
        if (_batch != batch)
            throw new ArgumentException($"The graph was captured for a batch of {_batch}; this one has {batch}.");
        Run(_generator, () =>
        {
            _step.TrainGenerator(batch);
            _schedule?.Advance();
        });
    }

    void Run(Update update, Action eager)
    {
        if (!update.IsWarm)
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
            update.Counts = [.. _step.Stats.Counts.Select(c => (c.Key, c.Value - before.GetValueOrDefault(c.Key)))
                .Where(static c => c.Item2 > 0)];
            foreach (var (name, more) in update.Counts) _step.Stats.Count(name, -more);
        }
        update.Graph.Replay();
        foreach (var (name, more) in update.Counts) _step.Stats.Count(name, more);
    }

    /// <summary>Frees the graphs; the algorithm stays the caller's.</summary>
    public void Dispose()
    {
        _discriminator.Graph?.Dispose();
        _generator.Graph?.Dispose();
        _real?.Dispose();
    }

    sealed class Update
    {
        public bool IsWarm;
        public CapturedStep? Graph;
        public (string Name, long More)[] Counts = [];
    }
}
