namespace Ssgan.Engine.Kernels.Cuda.Runtime;

/// <summary>
/// Recorded work of a <see cref="CudaBackend"/>, queued again by one call. It holds the scratch memory that its kernels use; other memory must
/// outlive it.
/// </summary>
public sealed class CudaGraph : CudaHandle, ICapturedGraph
{
    readonly CudaBackend _backend;
    readonly nint _executable;
    readonly CaptureMemory _memory;

    internal CudaGraph(CudaBackend backend, CudaDevice device, nint executable, CaptureMemory memory) : base(device) =>
        (_backend, _executable, _memory) = (backend, executable, memory);

    /// <summary>Queues the recorded work on the backend's stream.</summary>
    public void Replay()
    {
        using var lease = Enter();
        _backend.Replay(_executable);
    }

    private protected override void Free() => _backend.FreeGraph(_executable, _memory);
}
