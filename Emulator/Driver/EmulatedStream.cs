using System.Diagnostics;

namespace Ssgan.Emulator;

/// <summary>
/// One thing to do in stream order: its name, as in "kernel add_f32" or "copy host to device", and how. Runs any number of times
/// (graphs replay). What may wait for another machine can be asked whether it would.
/// </summary>
sealed record StreamWork(string Name, Action Run, Func<bool>? IsReady = null);

/// <summary>A place in a stream's queue; events and waits refer to it.</summary>
sealed class QueuedWork(EmulatedStream stream, StreamWork work)
{
    public EmulatedStream Stream { get; } = stream;
    public StreamWork Work { get; } = work;
    public bool IsDone { get; private set; }

    /// <summary>When it was done, in ticks of the stopwatch.</summary>
    public long Ticks { get; private set; }

    public void Finish()
    {
        IsDone = true;
        Ticks = Stopwatch.GetTimestamp() + Stream.Context!.ExtraTicks;
    }
}

/// <summary>
/// A queue of work. Nothing runs when it is enqueued, only when someone waits for it: code that forgets to synchronise reads old
/// data here every time, not once a month.
/// </summary>
sealed class EmulatedStream : DriverObject
{
    /// <summary>The real queue is about as deep; then enqueuing waits for the oldest work.</summary>
    const int Depth = 1024;
    readonly Queue<QueuedWork> _pending = [];

    public override string Kind => "stream";
    public bool IsLegacy { get; init; }

    /// <summary>Not ordered with the legacy stream.</summary>
    public bool IsNonBlocking { get; init; }

    /// <summary>Its handle is gone; what is queued still runs.</summary>
    public bool IsDestroyed { get; set; }

    /// <summary>The capture that the stream takes part in.</summary>
    public StreamCapture? Capture { get; set; }

    /// <summary>The newest work, done or not.</summary>
    public QueuedWork? Last { get; private set; }

    public bool IsIdle => _pending.Count == 0;

    /// <summary>Appends work, in order with the legacy stream where the stream is a blocking one.</summary>
    public QueuedWork Enqueue(StreamWork work)
    {
        var context = Context!;
        if (IsLegacy)
        {
            foreach (var other in context.Streams)
            {
                if (!other.IsNonBlocking && other != this && other.Last is { IsDone: false } tail) Append(Wait(tail));
            }
        }
        else if (!IsNonBlocking && context.Legacy.Last is { IsDone: false } tail) Append(Wait(tail));
        return Append(work);
    }

    /// <summary>Work that waits for other work to be done.</summary>
    public static StreamWork Wait(QueuedWork mark) => new("wait", () => mark.Stream.DrainTo(mark), () =>
    {
        if (!mark.IsDone) mark.Stream.Step(wait: false);
        return mark.IsDone;
    });

    QueuedWork Append(StreamWork work)
    {
        if (_pending.Count >= Depth) Step();
        Last = new QueuedWork(this, work);
        _pending.Enqueue(Last);
        return Last;
    }

    public void Drain()
    {
        while (_pending.Count > 0) Step();
    }

    /// <summary>Runs up to and including a piece of work of this stream.</summary>
    public void DrainTo(QueuedWork mark)
    {
        while (!mark.IsDone && _pending.Count > 0) Step();
    }

    /// <summary>
    /// Runs the oldest work. A fault, or an error of the emulation itself, ends the context and becomes the call's status.
    /// </summary>
    /// <param name="wait">Whether also what waits for another machine.</param>
    public void Step(bool wait = true)
    {
        if (!_pending.TryPeek(out var next)) return;
        try
        {
            if (!wait && next.Work.IsReady is { } isReady && !isReady()) return;
            _pending.Dequeue();
            next.Work.Run();
            next.Finish();
        }
        catch (Exception e) when (e is not CudaFailure)
        {
            var (status, sentence) = e is EmulatorFault fault
                ? (CudaStatus.Of(fault.Kind), fault.Message)
                : (CudaStatus.Unknown, $"the emulated {next.Work.Name} failed: {e}");
            Context!.Die(status, sentence);
            throw new CudaFailure(status, sentence);
        }
    }

    public void Abandon() => _pending.Clear();
}

/// <summary>An event: the work that it was last recorded behind.</summary>
sealed class EmulatedEvent : DriverObject
{
    public override string Kind => "event";
    public bool HasTiming { get; init; }
    public QueuedWork? Mark { get; set; }

    /// <summary>Where in a capture it was recorded, if the last record was captured.</summary>
    public CaptureMark? Captured { get; set; }
}
