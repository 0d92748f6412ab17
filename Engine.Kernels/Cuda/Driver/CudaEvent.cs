using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda.Driver;

/// <summary>A point in a stream's work that others wait for or measure from.</summary>
public sealed unsafe class CudaEvent : CudaHandle
{
    internal CudaEvent(CudaDevice device, bool timed) : base(device)
    {
        nint handle;
        Made(device.Api.EventCreate(&handle, timed ? EventFlags.None : EventFlags.DisableTiming), "cuEventCreate");
        Handle = handle;
    }

    internal nint Handle { get; }

    /// <summary>Whether the work before the last record is done; true where nothing was recorded.</summary>
    public bool IsDone
    {
        get
        {
            using var lease = Enter();
            int status = Device.Api.EventQuery(Handle);
            if (status == DriverStatus.NotReady) return false;
            Device.Check(status, "cuEventQuery");
            return true;
        }
    }

    /// <summary>Waits for the work before the last record.</summary>
    public void Synchronize()
    {
        using var lease = Enter();
        Device.AwaitEvent(Handle);
    }

    /// <summary>Milliseconds between the records of two timed events, both done.</summary>
    public float MillisecondsSince(CudaEvent start)
    {
        ArgumentNullException.ThrowIfNull(start);
        using var lease = Enter();
        using var other = start.Enter();
        float milliseconds;
        Device.Check(Device.Api.EventElapsedTime(&milliseconds, start.Handle, Handle));
        return milliseconds;
    }

    /// <summary>Marks the end of what is queued on a stream.</summary>
    internal void Record(nint stream)
    {
        using var lease = Enter();
        Device.Check(Device.Api.EventRecord(Handle, stream));
    }

    /// <summary>Lets a stream's later work wait for the last record.</summary>
    internal void Delay(nint stream)
    {
        using var lease = Enter();
        Device.Check(Device.Api.StreamWaitEvent(stream, Handle, 0));
    }

    private protected override void Free() => Device.Freed(Device.Api.EventDestroy(Handle));
}
