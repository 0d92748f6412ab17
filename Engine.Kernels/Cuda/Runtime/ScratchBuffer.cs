namespace Ssgan.Engine.Kernels.Cuda.Runtime;

/// <summary>
/// Device memory that primitives use one after another. There is one stream, so the next user's kernels start when the last one's are
/// done. It only grows.
/// </summary>
sealed unsafe class ScratchBuffer(CudaDevice device, nint stream)
{
    const long Granularity = 1 << 16;
    nint _address;
    long _bytes;

    /// <summary>At least so many bytes, 256-byte aligned; what an earlier call returned is no longer valid.</summary>
    public nint Get(long bytes)
    {
        if (bytes <= _bytes) return _address;
        Free();
        long size = (bytes + Granularity - 1) / Granularity * Granularity;
        nint address;
        device.Check(device.Api.MemAlloc(&address, (nuint)size));
        (_address, _bytes) = (address, size);
        return address;
    }

    /// <summary>Gives the memory back.</summary>
    public void Free()
    {
        if (_bytes == 0) return;
        device.Freed(device.Api.StreamSynchronize(stream));
        device.Freed(device.Api.MemFree(_address));
        (_address, _bytes) = (0, 0);
    }
}
