namespace Ssgan.Emulator;

// Stream capture and graphs.
public sealed unsafe partial class EmulatedCuda
{
    readonly List<StreamCapture> _captures = [];
    readonly ThreadLocal<CaptureKind> _threadMode = new(() => CaptureKind.Global);

    /// <summary>
    /// Fails a call that may synchronise, where a capture's mode and the thread's forbid that; the capture is lost.
    /// </summary>
    void RefuseWhileCapturing(string name)
    {
        _captures.RemoveAll(c => c.HasEnded);
        var mode = _threadMode.Value;
        foreach (var capture in _captures)
        {
            bool own = capture.Thread == Environment.CurrentManagedThreadId;
            bool refused = own
                ? mode != CaptureKind.Relaxed && capture.Mode != CaptureKind.Relaxed
                : mode == CaptureKind.Global && capture.Mode == CaptureKind.Global;
            if (!refused) continue;
            capture.Invalidate();
            throw new CudaFailure(CudaStatus.CaptureUnsupported,
                $"{name} may synchronise, which the {capture.Mode} capture of {capture.Origin} forbids");
        }
    }

    static void RefuseCapturing(IEnumerable<EmulatedStream> streams, string name)
    {
        foreach (var stream in streams)
        {
            if (stream.Capture is not { } capture) continue;
            capture.Invalidate();
            throw new CudaFailure(CudaStatus.CaptureUnsupported, $"{name} waits for {stream}, which is capturing");
        }
    }

    /// <summary>The legacy stream would wait for blocking streams; it cannot for one that captures.</summary>
    static void RefuseImplicit(EmulatedStream stream)
    {
        if (!stream.IsLegacy) return;
        foreach (var other in stream.Context!.Streams)
        {
            if (other.IsNonBlocking || other.Capture is not { } capture) continue;
            capture.Invalidate();
            throw new CudaFailure(CudaStatus.CaptureImplicit, $"the default stream would wait for {other}, which is capturing");
        }
    }

    void StreamBeginCapture(nint handle, int mode)
    {
        var stream = Stream(handle);
        if (mode is < 0 or > 2) throw new CudaFailure(CudaStatus.InvalidValue, $"{mode} is no capture mode");
        if (stream.IsLegacy) throw new CudaFailure(CudaStatus.CaptureUnsupported, "the default stream cannot be captured");
        if (stream.Capture is not null) throw new CudaFailure(CudaStatus.IllegalState, $"{stream} is capturing already");
        stream.Capture = new StreamCapture(stream, (CaptureKind)mode);
        _captures.Add(stream.Capture);
    }

    void StreamEndCapture(nint handle, nint result)
    {
        Require(result, "phGraph");
        *(nint*)result = 0;
        var stream = Stream(handle);
        var capture = stream.Capture ?? throw new CudaFailure(CudaStatus.IllegalState, $"{stream} is not capturing");
        if (capture.Origin != stream)
        {
            capture.Invalidate();
            throw new CudaFailure(CudaStatus.CaptureUnmatched, $"the capture began in {capture.Origin}, not in {stream}");
        }
        if (capture.Mode != CaptureKind.Relaxed && capture.Thread != Environment.CurrentManagedThreadId)
            throw new CudaFailure(CudaStatus.CaptureWrongThread, $"the capture of {stream} began on another thread");
        _captures.Remove(capture);
        capture.End();
        *(nint*)result = _handles.Add(new EmulatedGraph([.. capture.Nodes]) { Context = Current });
    }

    void StreamIsCapturing(nint handle, nint result)
    {
        Require(result, "captureStatus");
        *(int*)result = Stream(handle).Capture switch { null => 0, { IsInvalidated: true } => 2, _ => 1 };
    }

    void ThreadExchangeStreamCaptureMode(nint mode)
    {
        Require(mode, "mode");
        int wanted = *(int*)mode;
        if (wanted is < 0 or > 2) throw new CudaFailure(CudaStatus.InvalidValue, $"{wanted} is no capture mode");
        *(int*)mode = (int)_threadMode.Value;
        _threadMode.Value = (CaptureKind)wanted;
    }

    void GraphInstantiateWithFlags(nint result, nint graph, nint flags)
    {
        Require(result, "phGraphExec");
        Check0((int)flags, "flags", 15);
        *(nint*)result = _handles.Add(new EmulatedExec(Get<EmulatedGraph>(graph).Nodes) { Context = Current });
    }

    void GraphUpload(nint exec, nint stream)
    {
        Get<EmulatedExec>(exec);
        RefuseCapturing([Stream(stream)], "cuGraphUpload");
    }

    void GraphLaunch(nint exec, nint stream)
    {
        // The nodes as they are now: an update changes later launches only.
        var nodes = Get<EmulatedExec>(exec).Nodes;
        Submit(Stream(stream), Array.Exists(nodes, static n => n.IsReady is not null) ? Resumable(nodes)
            : new StreamWork("graph", () =>
            {
                foreach (var node in nodes) node.Run();
            }));
    }

    /// <summary>A launch that gets as far as other machines let it.</summary>
    static StreamWork Resumable(StreamWork[] nodes)
    {
        int next = 0;
        return new StreamWork("graph", () =>
        {
            for (; next < nodes.Length; next++) nodes[next].Run();
            next = 0;
        }, () =>
        {
            for (; next < nodes.Length && nodes[next].IsReady?.Invoke() != false; next++) nodes[next].Run();
            return next == nodes.Length;
        });
    }

    void GraphExecUpdate(nint handle, nint graph, nint info)
    {
        Require(info, "resultInfo");
        var exec = Get<EmulatedExec>(handle);
        var nodes = Get<EmulatedGraph>(graph).Nodes;
        new Span<byte>((void*)info, 24).Clear();
        int difference = Difference(exec.Nodes, nodes);
        *(int*)info = difference;
        if (difference != 0)
            throw new CudaFailure(CudaStatus.GraphExecUpdateFailure,
                $"the graphs differ (result {difference}): instantiate again");
        exec.Nodes = nodes;
    }

    /// <summary>CUgraphExecUpdateResult of two lists of nodes.</summary>
    static int Difference(StreamWork[] old, StreamWork[] next)
    {
        const int topology = 2, type = 3, function = 4;
        if (old.Length != next.Length) return topology;
        for (int i = 0; i < old.Length; i++)
        {
            if (old[i].Name == next[i].Name) continue;
            return old[i].Name.Split(' ')[0] == next[i].Name.Split(' ')[0] ? function : type;
        }
        return 0;
    }

    void GraphExecDestroy(nint exec) => _handles.Remove(Get<EmulatedExec>(exec));

    void GraphDestroy(nint graph) => _handles.Remove(Get<EmulatedGraph>(graph));

    void GraphGetNodes(nint graph, nint nodes, nint count)
    {
        Require(count, "numNodes");
        var g = Get<EmulatedGraph>(graph);
        if (nodes != 0)
        {
            // Room beyond the last node is filled with zeros.
            for (nint i = 0; i < *(nint*)count; i++) ((nint*)nodes)[i] = i < g.Nodes.Length ? (g.Handle << 24) + i + 1 : 0;
            *(nint*)count = Math.Min(*(nint*)count, g.Nodes.Length);
        }
        else *(nint*)count = g.Nodes.Length;
    }
}

/// <summary>What a capture made.</summary>
sealed class EmulatedGraph(StreamWork[] nodes) : DriverObject
{
    public override string Kind => "graph";
    public StreamWork[] Nodes { get; } = nodes;
}

/// <summary>A graph that can be launched; it does not need the graph it was made of.</summary>
sealed class EmulatedExec(StreamWork[] nodes) : DriverObject
{
    public override string Kind => "executable graph";
    public StreamWork[] Nodes { get; set; } = nodes;
}
