using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

/// <summary>A step recorded by <see cref="Device.Capture"/>. It belongs to its device; dispose it before the device.</summary>
public sealed class CapturedStep : IDisposable
{
    readonly Device _device;
    readonly ICapturedGraph _graph;
    readonly Storage[] _overwritten;
    bool _disposed;

    internal CapturedStep(Device device, ICapturedGraph graph, Storage[] overwritten) =>
        (_device, _graph, _overwritten) = (device, graph, overwritten);

    /// <summary>Runs the step again: one launch, no host work.</summary>
    public void Replay()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        foreach (var storage in _overwritten) storage.Replayed();
        _graph.Replay();
    }

    /// <summary>Forgets the graph, and frees its memory with the last one.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _device.Forget(_graph);
    }
}
