using Ssgan.Engine.Kernels.Cuda.Driver;

namespace Ssgan.Engine.Kernels.Cuda.Launch;

/// <summary>
/// Device memory that primitives use one after another. There is one stream, so the next user's kernels start when the
/// last one's are done. It only grows; a block that a captured graph has seen lives on with the graph. All calls are under
/// the backend's lock.
/// </summary>
sealed unsafe class ScratchBuffer(CudaDevice device)
{
    const long Granularity = 1 << 16;

    /// <summary>The block in use, or null before the first use.</summary>
    public SharedBlock? Current { get; private set; }

    /// <summary>Whether the block in use is large enough.</summary>
    public bool Has(long bytes) => Current is not null && Current.Bytes >= bytes;

    /// <summary>Takes a larger block. The stream is idle, or somebody holds the old one.</summary>
    public void Grow(long bytes)
    {
        long size = Math.Max(Granularity, (bytes + Granularity - 1) / Granularity * Granularity);
        Free();
        nint address;
        device.Check(device.Api.MemAlloc(&address, (nuint)size));
        device.Counts.Allocation();
        Current = new SharedBlock(address, size);
    }

    /// <summary>Lets go of the block in use.</summary>
    public void Free()
    {
        Current?.Release(device);
        Current = null;
    }
}

/// <summary>Device memory with a count of those who need it.</summary>
sealed class SharedBlock(nint address, long bytes)
{
    int _holders = 1;

    public nint Address { get; } = address;

    public long Bytes { get; } = bytes;

    public void Hold() => _holders++;

    public unsafe void Release(CudaDevice device)
    {
        if (--_holders == 0) device.Freed(device.Api.MemFree(Address));
    }
}
