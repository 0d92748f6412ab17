using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Optim.Schedules;

/// <summary>
/// Moves the learning rates of some optimizers along a <see cref="Schedule"/>. The steps are counted in device memory, and so a
/// step of the schedule can be captured: a straight line is computed there, any other course is laid out there for the next
/// steps, a cursor goes along it, and <see cref="Prepare"/> lays out more.
/// </summary>
public sealed class RateSchedule : IDisposable
{
    /// <summary>Rates laid out at a time.</summary>
    internal const int Window = 1024;

    readonly TensorView[] _rates;
    readonly Schedule _schedule;
    readonly Tensor? _step, _plan;
    long _laidOut;
    int _left;

    /// <summary>Sets all rates to that after the finished steps.</summary>
    /// <param name="optimizers">Optimizers on one device, at least one.</param>
    /// <param name="schedule">Their rate by finished steps.</param>
    /// <param name="finished">Steps finished before, not fewer than those from which there is a rate; a line's counter has 31
    /// bits.</param>
    /// <exception cref="ArgumentException">There is no optimizer, or there is a rate only from a later step on.</exception>
    public RateSchedule(IReadOnlyList<Optimizer> optimizers, Schedule schedule, long finished = 0)
    {
        ArgumentNullException.ThrowIfNull(optimizers);
        ArgumentNullException.ThrowIfNull(schedule);
        if (optimizers.Count == 0) throw new ArgumentException("RateSchedule: no optimizers were given.");
        if (finished < schedule.From)
            throw new ArgumentException(
                $"RateSchedule: the rate falls from step {schedule.From} on, and only {finished} are finished.");
        foreach (var optimizer in optimizers) optimizer.LearningRate = schedule.At(finished);
        _rates = [.. optimizers.Select(static o => o.LearningRateTensor.View)];
        (_schedule, _laidOut) = (schedule, finished);
        if (schedule.IsConstant) return;
        var device = optimizers[0].LearningRateTensor.Device;
        bool isLine = schedule.Line is not null;
        _step = device.From([isLine ? checked((int)(finished - schedule.From)) : -1], new Shape(1)).Own();
        if (!isLine) _plan = device.Zeros(new Shape(Window, 1)).Own();
    }

    /// <summary>Makes room for one <see cref="Advance"/>; before each, outside of what is captured.</summary>
    public void Prepare()
    {
        if (_plan is null) return;
        if (_left == 0)
        {
            var next = new float[Window];
            for (int i = 0; i < Window; i++) next[i] = _schedule.At(_laidOut + 1 + i);
            _plan.CopyFrom<float>(next);
            _step!.CopyFrom<int>([-1]);
            (_laidOut, _left) = (_laidOut + Window, Window);
        }
        _left--;
    }

    /// <summary>A step is finished: the rates become the next step's.</summary>
    public void Advance()
    {
        if (_step is null) return;
        if (_schedule.Line is { } line)
        {
            _step.Backend.LinearDecay(_step.MutableView, _rates, line);
            return;
        }
        // The primitive of lines counts for the others too.
        _step.Backend.LinearDecay(_step.MutableView, [], new DecaySpec(0, 1));
        foreach (var rate in _rates) _step.Backend.GatherRows(_plan!.View, _step.View, rate.As(new Shape(1, 1)));
    }

    /// <summary>Frees the counter and what is laid out; the optimizers stay.</summary>
    public void Dispose()
    {
        _step?.Dispose();
        _plan?.Dispose();
    }
}
