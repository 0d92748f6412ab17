using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Optim.Schedules;

/// <summary>
/// Moves numbers on the device, each along its own <see cref="Schedule"/>. The steps are counted in device memory, and so a step
/// of the schedule can be captured: straight lines are computed there, any other course is laid out there for the next steps, a
/// cursor goes along it, and <see cref="Prepare"/> lays out more.
/// </summary>
public sealed class ScalarSchedule : IDisposable
{
    /// <summary>Values laid out at a time.</summary>
    internal const int Window = 1024;

    readonly List<(Tensor Step, DecaySpec Line, TensorView[] Scalars)> _lines = [];
    readonly List<(Tensor Plan, Schedule Schedule, TensorView[] Scalars)> _plans = [];
    readonly Tensor? _cursor;
    long _laidOut;
    int _left;

    /// <summary>Sets all numbers to those after the finished steps.</summary>
    /// <param name="scalars">Numbers on one device and their courses; none that stands there twice.</param>
    /// <param name="finished">Steps finished before, not fewer than those from which there is a number; a line's counter has 31
    /// bits.</param>
    /// <exception cref="ArgumentException">There is nothing to move, or a number twice, or only from a later step on, or a tensor
    /// that is not one F32 number.</exception>
    public ScalarSchedule(IReadOnlyList<ScheduledScalar> scalars, long finished = 0)
    {
        ArgumentNullException.ThrowIfNull(scalars);
        if (scalars.Count == 0) throw new ArgumentException("ScalarSchedule: there is nothing to move.");
        Guard.Given([.. scalars.Select(static s => s?.Scalar)], nameof(scalars));
        foreach (var (scalar, schedule) in scalars)
        {
            Guard.Number("ScalarSchedule", "what moves", scalar);
            Guard.SameDevice("ScalarSchedule", scalars[0].Scalar, scalar);
            if (finished < schedule.From)
                throw new ArgumentException(
                    $"ScalarSchedule: a number moves from step {schedule.From} on, and only {finished} are finished.");
        }
        if (scalars.DistinctBy(static s => s.Scalar.View.Address).Count() < scalars.Count)
            throw new ArgumentException("ScalarSchedule: a number would be moved twice a step.");
        foreach (var (scalar, schedule) in scalars) scalar.CopyFrom<float>([schedule.At(finished)]);

        var device = scalars[0].Scalar.Device;
        foreach (var course in scalars.Where(static s => !s.Schedule.IsConstant).GroupBy(static s => s.Schedule))
        {
            TensorView[] views = [.. course.Select(static s => s.Scalar.View)];
            if (course.Key.Line is { } line) _lines.Add((Counter(checked((int)(finished - course.Key.From))), line, views));
            else _plans.Add((device.Zeros(new Shape(Window, 1)).Own(), course.Key, views));
        }
        _laidOut = finished;
        if (_plans.Count > 0) _cursor = Counter(-1);

        Tensor Counter(int value) => device.From([value], new Shape(1)).Own();
    }

    /// <summary>Makes room for one <see cref="Advance"/>; before each, outside of what is captured.</summary>
    public void Prepare()
    {
        if (_cursor is null) return;
        if (_left == 0)
        {
            var next = new float[Window];
            foreach (var (plan, schedule, _) in _plans)
            {
                for (int i = 0; i < Window; i++) next[i] = schedule.At(_laidOut + 1 + i);
                plan.CopyFrom<float>(next);
            }
            _cursor.CopyFrom<int>([-1]);
            (_laidOut, _left) = (_laidOut + Window, Window);
        }
        _left--;
    }

    /// <summary>A step is finished: the numbers become the next step's.</summary>
    public void Advance()
    {
        foreach (var (step, line, scalars) in _lines) step.Backend.LinearDecay(step.MutableView, scalars, line);
        if (_cursor is null) return;
        // The primitive of lines counts for the others too.
        _cursor.Backend.LinearDecay(_cursor.MutableView, [], new DecaySpec(0, 1));
        foreach (var (plan, _, scalars) in _plans)
        {
            foreach (var scalar in scalars)
                plan.Backend.GatherRows(plan.View, _cursor.View, scalar.As(new Shape(1, 1)));
        }
    }

    /// <summary>Frees the counters and what is laid out; the numbers stay.</summary>
    public void Dispose()
    {
        foreach (var (step, _, _) in _lines) step.Dispose();
        foreach (var (plan, _, _) in _plans) plan.Dispose();
        _cursor?.Dispose();
    }
}
