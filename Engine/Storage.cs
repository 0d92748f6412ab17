using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

/// <summary>A pooled block of device memory, counted by its holders: tensors (views share it) and graph nodes that saved one.</summary>
sealed class Storage(Device device, long bytes)
{
    public Device Device { get; } = device;
    public nint Address { get; } = device.Pool.Rent(bytes);
    public int Holders { get; private set; } = 1;

    public Storage Hold()
    {
        Holders++;
        return this;
    }

    public void Drop()
    {
        if (--Holders == 0) Device.Pool.Return(Address, bytes);
    }
}
