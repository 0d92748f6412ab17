using Ssgan.Engine.Kernels.Cuda.Driver;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda.Graphs;

/// <summary>
/// Device memory that a captured graph may touch although its owner is done with it. All calls are under the backend's lock.
/// </summary>
sealed unsafe class CaptureMemory
{
    readonly List<SharedBlock> _held = [];
    readonly List<nint> _freed = [];

    /// <summary>Scratch that a recorded kernel may use.</summary>
    public void Hold(SharedBlock block)
    {
        if (_held.Contains(block)) return;
        block.Hold();
        _held.Add(block);
    }

    /// <summary>A block that was freed during the capture.</summary>
    public void Adopt(nint address) => _freed.Add(address);

    /// <summary>What another graph held, where it cannot be freed now.</summary>
    public void Adopt(CaptureMemory other)
    {
        _held.AddRange(other._held);
        _freed.AddRange(other._freed);
        other._held.Clear();
        other._freed.Clear();
    }

    /// <summary>Gives everything back. The stream is idle.</summary>
    public void Free(CudaDevice device)
    {
        foreach (nint address in _freed) device.Freed(device.Api.MemFree(address));
        foreach (var block in _held) block.Release(device);
        _freed.Clear();
        _held.Clear();
    }
}
