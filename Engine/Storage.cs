namespace Ssgan.Engine;

/// <summary>
/// A pooled block of device memory, counted by its holders: tensors (views share it) and graph nodes that saved one. Its version
/// counts the times it was overwritten, so that backward can tell a saved tensor from what has taken its place.
/// </summary>
sealed class Storage
{
    readonly long _bytes;

    public Storage(Device device, long bytes)
    {
        (Device, _bytes) = (device, bytes);
        Address = device.Pool.Rent(bytes);
        device.Overwritten?.Add(this);
    }

    public Device Device { get; }
    public nint Address { get; }
    public int Holders { get; private set; } = 1;
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
        Holders++;
        return this;
    }

    public void Drop()
    {
        if (--Holders == 0) Device.Pool.Return(Address, _bytes);
    }
}
