using Ssgan.Engine.Kernels.Cuda.Driver;

namespace Ssgan.Engine.Kernels.Cuda.Graphs;

/// <summary>
/// Recorded work of a CUDA backend, queued again by one call. It holds the scratch memory that its kernels use; other memory must
/// outlive it.
/// </summary>
public sealed class CudaGraph : CudaHandle, ICapturedGraph
{
    readonly IGraphQueue _queue;
    readonly nint _executable;
    readonly CaptureMemory _memory;

    internal CudaGraph(IGraphQueue queue, CudaDevice device, nint executable, CaptureMemory memory) : base(device) =>
        (_queue, _executable, _memory) = (queue, executable, memory);

    /// <summary>Queues the recorded work on the backend's stream.</summary>
    public void Replay()
    {
        using var lease = Enter();
        _queue.Replay(_executable);
    }

    private protected override void Free() => _queue.FreeGraph(_executable, _memory);
}

/// <summary>Where graphs run: it gives their launches an order, and knows when their memory is idle.</summary>
interface IGraphQueue
{
    /// <summary>Queues a graph.</summary>
    void Replay(nint executable);

    /// <summary>Destroys a graph, which may outlive the queue.</summary>
    void FreeGraph(nint executable, CaptureMemory memory);
}
