using System.Diagnostics.CodeAnalysis;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda.Driver;

/// <summary>
/// A CUDA stream for copies beside the backend's own: a loader's transfers run while the step computes. Events order the two.
/// </summary>
[SuppressMessage("Naming", "CA1711", Justification = "CUDA's word.")]
public sealed unsafe class CudaStream : CudaHandle
{
    readonly nint _stream;

    internal CudaStream(CudaDevice device) : base(device)
    {
        nint stream;
        Made(device.Api.StreamCreate(&stream, StreamFlags.NonBlocking), "cuStreamCreate");
        _stream = stream;
    }

    /// <summary>Queues a copy from pinned memory, which must stay as it is until the copy is done.</summary>
    public void Upload(PinnedBuffer source, int offset, TensorView destination)
    {
        ArgumentNullException.ThrowIfNull(source);
        using var lease = Enter();
        byte* from = source.At(offset, destination.Bytes);
        if (destination.Bytes == 0) return;
        Device.Check(Device.Api.MemcpyHtoDAsync(destination.Address, from, (nuint)destination.Bytes, _stream));
        Device.Counts.Upload(destination.Bytes);
    }

    /// <summary>Queues a copy into pinned memory.</summary>
    public void Download(TensorView source, PinnedBuffer destination, int offset)
    {
        ArgumentNullException.ThrowIfNull(destination);
        using var lease = Enter();
        byte* to = destination.At(offset, source.Bytes);
        if (source.Bytes == 0) return;
        Device.Check(Device.Api.MemcpyDtoHAsync(to, source.Address, (nuint)source.Bytes, _stream));
        Device.Counts.Download(source.Bytes);
    }

    /// <summary>Marks the end of what is queued here.</summary>
    public void Record(CudaEvent point)
    {
        ArgumentNullException.ThrowIfNull(point);
        using var lease = Enter();
        point.Record(_stream);
    }

    /// <summary>Lets what is queued later wait for an event.</summary>
    public void WaitFor(CudaEvent point)
    {
        ArgumentNullException.ThrowIfNull(point);
        using var lease = Enter();
        point.Delay(_stream);
    }

    /// <summary>Waits for all that is queued here.</summary>
    public void Synchronize()
    {
        using var lease = Enter();
        Device.Check(Device.Api.StreamSynchronize(_stream));
    }

    private protected override void Free()
    {
        Device.Freed(Device.Api.StreamSynchronize(_stream));
        Device.Freed(Device.Api.StreamDestroy(_stream));
    }
}
