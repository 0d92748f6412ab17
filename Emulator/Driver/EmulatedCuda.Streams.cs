namespace Ssgan.Emulator;

// Streams and events.
public sealed unsafe partial class EmulatedCuda
{
    /// <summary>The stream of a handle; 0 and 1 are the legacy default stream.</summary>
    internal EmulatedStream Stream(nint handle)
    {
        if (handle == 2) throw new CudaFailure(CudaStatus.NotSupported, "per-thread default streams are not emulated");
        return handle is 0 or 1 ? Current!.Legacy : Get<EmulatedStream>(handle);
    }

    /// <summary>Enqueues work, or adds it to the graph that the stream captures.</summary>
    internal static void Submit(EmulatedStream stream, StreamWork work)
    {
        if (stream.Capture is { } capture) capture.Add(stream, work);
        else
        {
            RefuseImplicit(stream);
            stream.Enqueue(work);
        }
    }

    void StreamCreate(nint result, int flags)
    {
        Require(result, "phStream");
        Check0(flags, "Flags", 1);
        var stream = new EmulatedStream { Context = Current, IsNonBlocking = flags == 1 };
        Current!.Streams.RemoveAll(s => s.IsDestroyed && s.IsIdle);
        Current.Streams.Add(stream);
        *(nint*)result = _handles.Add(stream);
    }

    /// <summary>The stream is gone for its owner; what is queued still runs.</summary>
    void StreamDestroy(nint handle)
    {
        var stream = Get<EmulatedStream>(handle);
        if (stream.IsLegacy) throw new CudaFailure(CudaStatus.InvalidHandle, "the default stream cannot be destroyed");
        stream.Capture?.Abort();
        _handles.Remove(stream);
        stream.IsDestroyed = true;
    }

    void StreamSynchronize(nint handle)
    {
        var stream = Stream(handle);
        RefuseCapturing([stream], "cuStreamSynchronize");
        if (stream.IsLegacy)
        {
            RefuseImplicit(stream);
            stream.Enqueue(new StreamWork("synchronise", static () => { }));
        }
        stream.Drain();
    }

    /// <summary>Polling makes progress: one piece of work a question.</summary>
    void StreamQuery(nint handle)
    {
        var stream = Stream(handle);
        RefuseCapturing([stream], "cuStreamQuery");
        if (stream.IsIdle) return;
        stream.Step(wait: false);
        if (!stream.IsIdle) throw new CudaFailure(CudaStatus.NotReady, $"{stream} has work to do");
    }

    void StreamWaitEvent(nint handle, nint eventHandle, int flags)
    {
        Check0(flags, "Flags", 1);
        var stream = Stream(handle);
        var e = Get<EmulatedEvent>(eventHandle);
        if (stream.Capture is not null || e.Captured is not null)
        {
            StreamCapture.Wait(stream, e);
            return;
        }
        if (e.Mark is { } mark) Submit(stream, EmulatedStream.Wait(mark));
    }

    void EventCreate(nint result, int flags)
    {
        Require(result, "phEvent");
        Check0(flags, "Flags", 3);
        *(nint*)result = _handles.Add(new EmulatedEvent { Context = Current, HasTiming = (flags & 2) == 0 });
    }

    void EventDestroy(nint handle) => _handles.Remove(Get<EmulatedEvent>(handle));

    void EventRecord(nint handle, nint streamHandle)
    {
        var e = Get<EmulatedEvent>(handle);
        var stream = Stream(streamHandle);
        if (stream.Capture is { } capture)
        {
            e.Captured = capture.Mark(stream);
            return;
        }
        RefuseImplicit(stream);
        e.Captured = null;
        e.Mark = stream.Enqueue(new StreamWork("event", static () => { }));
    }

    EmulatedEvent Recorded(nint handle)
    {
        var e = Get<EmulatedEvent>(handle);
        if (e.Captured is null) return e;
        e.Captured.Capture.Invalidate();
        throw new CudaFailure(CudaStatus.CapturedEvent, $"{e} was last recorded in a capture: there is nothing to wait for");
    }

    void EventSynchronize(nint handle)
    {
        if (Recorded(handle).Mark is { } mark) mark.Stream.DrainTo(mark);
    }

    void EventQuery(nint handle)
    {
        if (Recorded(handle).Mark is not { IsDone: false } mark) return;
        mark.Stream.Step(wait: false);
        if (!mark.IsDone) throw new CudaFailure(CudaStatus.NotReady, $"the work before event 0x{handle:x} is not done");
    }

    void EventElapsedTime(nint result, nint start, nint end)
    {
        Require(result, "pMilliseconds");
        var (a, b) = (Recorded(start), Recorded(end));
        if (!a.HasTiming || !b.HasTiming) throw new CudaFailure(CudaStatus.InvalidHandle, "an event was created without timing");
        if (a.Mark is not { } from || b.Mark is not { } to)
            throw new CudaFailure(CudaStatus.InvalidHandle, "an event was never recorded");
        if (!from.IsDone || !to.IsDone) throw new CudaFailure(CudaStatus.NotReady, "an event's work is not done");
        *(float*)result = (float)((to.Ticks - from.Ticks) * 1000.0 / System.Diagnostics.Stopwatch.Frequency);
    }
}
