using Ssgan.Engine.Kernels.Cuda.Graphs;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend : IGraphCapture, IGraphQueue
{
    // Guards the capture, the scratch memory and the end of both.
    readonly Lock _lock = new();
    CaptureMemory? _capture;
    bool _closed;

    /// <summary>Whether work is recorded instead of run.</summary>
    internal bool IsCapturing => Volatile.Read(ref _capture) is not null;

    /// <inheritdoc/>
    public void BeginCapture()
    {
        using var lease = _device.Enter();
        lock (_lock)
        {
            if (_capture is not null) throw new InvalidOperationException($"A graph is being captured on {Name} already.");
            // Relaxed: other threads, and this one when a kernel is first used, may allocate and load meanwhile.
            _device.Check(_device.Api.StreamBeginCapture(_stream, CaptureMode.Relaxed));
            _capture = new CaptureMemory();
        }
    }

    ICapturedGraph IGraphCapture.EndCapture() => EndCapture();

    /// <summary>Ends the capture. Nothing of it has run yet.</summary>
    public CudaGraph EndCapture()
    {
        using var lease = _device.Enter();
        lock (_lock)
        {
            var memory = Ending();
            nint graph = 0, executable;
            try
            {
                int status = _device.Api.StreamEndCapture(_stream, &graph);
                if (status != DriverStatus.Success) throw _device.Failure(status, $"Capturing a graph on {Name}");
                _device.Check(_device.Api.GraphInstantiateWithFlags(&executable, graph, 0));
            }
            catch
            {
                FreeWhenIdle(memory);
                throw;
            }
            finally
            {
                if (graph != 0) _device.Freed(_device.Api.GraphDestroy(graph));
            }
            return new CudaGraph(this, _device, executable, memory);
        }
    }

    /// <inheritdoc/>
    public void AbandonCapture()
    {
        using var lease = _device.Enter();
        lock (_lock) Abandon();
    }

    void IGraphQueue.Replay(nint executable)
    {
        // The driver leaves the order of launches of one graph to us.
        lock (_lock)
        {
            RefuseInCapture("A graph was replayed");
            _device.Check(_device.Api.GraphLaunch(executable, _stream));
            _device.Counts.GraphLaunch();
            if (SynchronizeLaunches) _device.Await(_stream);
        }
    }

    void IGraphQueue.FreeGraph(nint executable, CaptureMemory memory)
    {
        lock (_lock)
        {
            if (_capture is { } running)
            {
                // The stream cannot be waited for, and the graph may still be running there.
                running.Adopt(memory);
            }
            else
            {
                FreeWhenIdle(memory);
            }
            _device.Freed(_device.Api.GraphExecDestroy(executable));
        }
    }

    void RefuseInCapture(string what)
    {
        if (!IsCapturing) return;
        throw new InvalidOperationException(
            $"{what} while a graph was being captured on {Name}; a replay could not repeat that, so do it before or after.");
    }

    void Abandon()
    {
        var memory = Ending();
        nint graph = 0;
        int status = _device.Api.StreamEndCapture(_stream, &graph);
        if (status != DriverStatus.CaptureInvalidated) _device.Freed(status, "cuStreamEndCapture");
        if (graph != 0) _device.Freed(_device.Api.GraphDestroy(graph));
        FreeWhenIdle(memory);
    }

    CaptureMemory Ending()
    {
        var memory = _capture ?? throw new InvalidOperationException($"No graph is being captured on {Name}.");
        _capture = null;
        return memory;
    }

    void FreeWhenIdle(CaptureMemory memory)
    {
        if (!_closed) _device.Freed(_device.Api.StreamSynchronize(_stream));
        memory.Free(_device);
    }
}
