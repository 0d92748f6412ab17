namespace Ssgan.Emulator;

/// <summary>
/// A graph that streams record. What has been ordered is kept as a count per stream, as in a vector clock: how much of each
/// member's work a stream has waited for. At the end the first stream must have waited for all.
/// </summary>
sealed class StreamCapture
{
    readonly Dictionary<EmulatedStream, Dictionary<EmulatedStream, int>> _seen = [];

    public StreamCapture(EmulatedStream origin, CaptureKind mode)
    {
        (Origin, Mode) = (origin, mode);
        Join(origin, []);
    }

    public EmulatedStream Origin { get; }
    public CaptureKind Mode { get; }
    public int Thread { get; } = Environment.CurrentManagedThreadId;

    /// <summary>What was captured, in the order of the calls, which is an order that the graph allows.</summary>
    public List<StreamWork> Nodes { get; } = [];

    /// <summary>Something forbidden was done: every call of the capture fails, and its end yields no graph.</summary>
    public bool IsInvalidated { get; private set; }
    public bool HasEnded { get; private set; }

    public void Invalidate() => IsInvalidated = true;

    public void Add(EmulatedStream stream, StreamWork work)
    {
        ThrowIfInvalidated();
        Nodes.Add(work);
        _seen[stream][stream]++;
    }

    public CaptureMark Mark(EmulatedStream stream)
    {
        ThrowIfInvalidated();
        return new CaptureMark(this, new(_seen[stream]));
    }

    /// <summary>
    /// Waits for an event where the stream, the event or both belong to a capture. A stream outside joins the event's capture.
    /// </summary>
    public static void Wait(EmulatedStream stream, EmulatedEvent e)
    {
        if (e.Captured is not { } mark)
        {
            stream.Capture!.Invalidate();
            throw new CudaFailure(CudaStatus.CaptureIsolation,
                $"the capturing {stream} cannot wait for {e}, which was recorded outside the capture");
        }
        var capture = mark.Capture;
        if (capture.HasEnded)
        {
            stream.Capture?.Invalidate();
            throw new CudaFailure(CudaStatus.CapturedEvent, $"{e} was recorded in a capture that has ended");
        }
        capture.ThrowIfInvalidated();
        if (stream.Capture is null) capture.Join(stream, mark.Seen);
        else if (stream.Capture == capture) Merge(capture._seen[stream], mark.Seen);
        else
        {
            capture.Invalidate();
            stream.Capture.Invalidate();
            throw new CudaFailure(CudaStatus.CaptureMerge, $"{stream} and {e} belong to different captures");
        }
    }

    void Join(EmulatedStream stream, Dictionary<EmulatedStream, int> seen)
    {
        if (stream.IsLegacy)
        {
            Invalidate();
            throw new CudaFailure(CudaStatus.CaptureImplicit, "the default stream cannot take part in a capture");
        }
        stream.Capture = this;
        // A stream that joins again goes on counting where it left off.
        var own = _seen[stream] = new(seen);
        own.TryAdd(stream, 0);
    }

    static void Merge(Dictionary<EmulatedStream, int> into, Dictionary<EmulatedStream, int> seen)
    {
        foreach (var (stream, count) in seen) into[stream] = Math.Max(into.GetValueOrDefault(stream), count);
    }

    void ThrowIfInvalidated()
    {
        if (IsInvalidated)
            throw new CudaFailure(CudaStatus.CaptureInvalidated, $"the capture of {Origin} was invalidated by an earlier call");
    }

    /// <summary>Ends it: the members are ordinary streams again.</summary>
    /// <exception cref="CudaFailure">It was invalidated, or work of a member is not joined.</exception>
    public void End()
    {
        Abort();
        if (IsInvalidated)
            throw new CudaFailure(CudaStatus.CaptureInvalidated, $"the capture of {Origin} was invalidated by an earlier call");
        var joined = _seen[Origin];
        foreach (var (stream, seen) in _seen)
        {
            if (joined.GetValueOrDefault(stream) < seen[stream] || !joined.ContainsKey(stream))
                throw new CudaFailure(CudaStatus.CaptureUnjoined, $"{Origin} does not wait for the captured work of {stream}");
        }
    }

    public void Abort()
    {
        HasEnded = true;
        foreach (var stream in _seen.Keys) stream.Capture = null;
    }
}

/// <summary>An event inside a capture, with the work that its stream had seen by then.</summary>
sealed record CaptureMark(StreamCapture Capture, Dictionary<EmulatedStream, int> Seen);

enum CaptureKind
{
    Global,
    ThreadLocal,
    Relaxed,
}
