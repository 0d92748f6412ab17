namespace Ssgan.Engine.Kernels;

/// <summary>
/// Copies to a device that run beside a backend's work. Slots are independent: each has one destination at a time, goes through
/// <see cref="Send"/>, <see cref="Receive"/> and <see cref="Release"/> in turn, and is sent to anew only after the last.
/// Disposing waits for what is under way.
/// </summary>
public interface IStagedUploads : IDisposable
{
    /// <summary>
    /// Queues a copy into a destination of as many bytes, and returns when the source may be reused. The copy waits until the
    /// destination that the slot had before is released.
    /// </summary>
    void Send(int slot, ReadOnlySpan<byte> source, TensorView destination);

    /// <summary>Lets the backend's later work wait for what was sent.</summary>
    void Receive(int slot);

    /// <summary>The work that the backend has by now is the last to use the destination.</summary>
    void Release(int slot);
}

/// <summary>For backends that have an upload done when it returns.</summary>
sealed class ImmediateUploads(Backend backend) : IStagedUploads
{
    public void Send(int slot, ReadOnlySpan<byte> source, TensorView destination) => backend.Upload(source, destination);

    public void Receive(int slot)
    {
    }

    public void Release(int slot)
    {
    }

    public void Dispose()
    {
    }
}
