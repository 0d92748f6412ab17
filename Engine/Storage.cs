namespace Ssgan.Engine;

/// <summary>
/// A pooled block of device memory, or memory that another owns, counted by its holders: tensors (views share it) and graph
/// nodes that saved one. Holders may end on any thread. Its version counts the times it was overwritten, so that backward can
/// tell a saved tensor from what has taken its place.
/// </summary>
sealed class Storage
{
    readonly long _bytes;
    readonly Action? _release;
    int _holders = 1;

    public Storage(Device device, long bytes)
    {
        (Device, _bytes) = (device, bytes);
        Address = device.Pool.Rent(bytes);
        device.Overwritten?.Add(this);
    }

    /// <summary>Memory of another's, which is told when nothing holds it any more.</summary>
    public Storage(Device device, nint address, Action release) => (Device, Address, _release) = (device, address, release);

    public Device Device { get; }
    public nint Address { get; }
    public int Holders => Volatile.Read(ref _holders);
    public int Version { get; private set; }

    /// <summary>The line of the last overwrite, where call sites are traced.</summary>
    public string? WrittenAt { get; private set; }

    /// <summary>Counts an overwrite; a recording device notes it for every replay.</summary>
    public void Overwrite()
    {
        Version++;
        Device.Overwritten?.Add(this);
        if (Device.TraceCallSites) WrittenAt = CallSite.OutsideEngine();
    }

    /// <summary>Counts the overwrite of a replay.</summary>
    public void Replayed()
    {
        Version++;
        WrittenAt = null;
    }

    public Storage Hold()
    {
        Interlocked.Increment(ref _holders);
        return this;
    }

    public void Drop()
    {
        if (Interlocked.Decrement(ref _holders) != 0) return;
        if (_release is null) Device.Pool.Return(Address, _bytes);
        else _release();
    }
}
