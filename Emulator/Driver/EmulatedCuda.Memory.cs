using System.Runtime.InteropServices;

namespace Ssgan.Emulator;

// Device memory and pinned host memory.
public sealed unsafe partial class EmulatedCuda
{
    readonly Dictionary<ulong, (long Bytes, EmulatedContext Context)> _allocations = [];
    readonly SortedList<nint, (long Bytes, bool IsRegistered, EmulatedContext Context)> _pinned = [];

    /// <summary>The memory of the current device.</summary>
    internal DeviceMemory Memory => Current!.Device.Memory;

    void MemAlloc(nint result, nint bytes)
    {
        Require(result, "dptr");
        if (bytes <= 0) throw new CudaFailure(CudaStatus.InvalidValue, $"bytesize is {bytes}");
        *(ulong*)result = Allocate(bytes);
    }

    ulong Allocate(long bytes)
    {
        // A card hands out whole granules; only the accounting has them here, so that running past the end is noticed.
        if (!Memory.TryAllocate(bytes, out ulong address))
            throw new CudaFailure(CudaStatus.OutOfMemory,
                $"{bytes} bytes do not fit: {Memory.LiveBytes} of {Options.MemoryBytes} are in use");
        _allocations.Add(address, (bytes, Current!));
        return address;
    }

    /// <summary>Frees after all queued work, as the real call does.</summary>
    void MemFree(nint pointer)
    {
        if (pointer == 0) return;
        ulong address = Owned(pointer);
        Current!.Drain();
        FreeNow(address);
    }

    ulong Owned(nint pointer)
    {
        ulong address = (ulong)pointer;
        if (!_allocations.TryGetValue(address, out var allocation))
            throw new CudaFailure(CudaStatus.InvalidValue,
                $"no allocation starts at 0x{address:x}: it was freed before or never made");
        if (allocation.Context != Current)
            throw new CudaFailure(CudaStatus.InvalidContext, $"0x{address:x} was allocated in {allocation.Context}");
        return address;
    }

    void FreeNow(ulong address)
    {
        if (_allocations.Remove(address, out var allocation)) allocation.Context.Device.Memory.Free(address);
    }

    void MemGetInfo(nint free, nint total)
    {
        if (free != 0) *(nint*)free = (nint)(Options.MemoryBytes - Memory.LiveBytes);
        if (total != 0) *(nint*)total = (nint)Options.MemoryBytes;
    }

    void MemAllocAsync(nint result, nint bytes, nint stream)
    {
        Require(result, "dptr");
        if (bytes <= 0) throw new CudaFailure(CudaStatus.InvalidValue, $"bytesize is {bytes}");
        var s = Stream(stream);
        if (s.Capture is not null)
            throw new CudaFailure(CudaStatus.NotSupported,
                "memory nodes of graphs are not emulated: allocate before the capture");
        *(ulong*)result = Allocate(bytes);
    }

    void MemFreeAsync(nint pointer, nint stream)
    {
        ulong address = Owned(pointer);
        var s = Stream(stream);
        if (s.Capture is not null)
            throw new CudaFailure(CudaStatus.NotSupported, "memory nodes of graphs are not emulated: free after the capture");
        // Given back in stream order; the owner is rid of it now, and a second free is an error already.
        var (_, context) = _allocations[address];
        _allocations.Remove(address);
        s.Enqueue(new StreamWork("free", () => context.Device.Memory.Free(address)));
    }

    void MemHostAlloc(nint result, nint bytes, int flags)
    {
        Require(result, "pp");
        Check0(flags, "Flags", 7);
        if (bytes <= 0) throw new CudaFailure(CudaStatus.InvalidValue, $"bytesize is {bytes}");
        void* p = NativeMemory.AlignedAlloc((nuint)bytes, 4096);
        // Bytes that are NaN as floats: nobody mistakes them for data.
        new Span<byte>(p, checked((int)bytes)).Fill(0xFF);
        _pinned.Add((nint)p, (bytes, false, Current!));
        *(nint*)result = (nint)p;
    }

    void MemAllocHost(nint result, nint bytes) => MemHostAlloc(result, bytes, 0);

    void MemFreeHost(nint pointer)
    {
        if (!_pinned.TryGetValue(pointer, out var block) || block.IsRegistered)
            throw new CudaFailure(CudaStatus.InvalidValue,
                $"no pinned allocation starts at 0x{pointer:x}: it was freed before or never made");
        Current!.Drain();
        _pinned.Remove(pointer);
        NativeMemory.AlignedFree((void*)pointer);
    }

    void MemHostRegister(nint pointer, nint bytes, int flags)
    {
        Require(pointer, "p");
        Check0(flags, "Flags", 15);
        if (bytes <= 0) throw new CudaFailure(CudaStatus.InvalidValue, $"bytesize is {bytes}");
        if (!_pinned.TryAdd(pointer, (bytes, true, Current!)))
            throw new CudaFailure(CudaStatus.InvalidValue, $"0x{pointer:x} is registered already");
    }

    void MemHostUnregister(nint pointer)
    {
        if (!_pinned.TryGetValue(pointer, out var block) || !block.IsRegistered)
            throw new CudaFailure(CudaStatus.InvalidValue, $"0x{pointer:x} is not registered");
        Current!.Drain();
        _pinned.Remove(pointer);
    }

    static void MemHostGetDevicePointer(nint result, nint pointer, int flags) =>
        throw new CudaFailure(CudaStatus.NotSupported, "kernels of the emulated device cannot read host memory");

    /// <summary>Whether a range of host memory is pinned as a whole.</summary>
    bool IsPinned(nint pointer, long bytes)
    {
        foreach (var (start, block) in _pinned)
        {
            if (pointer >= start && pointer + bytes <= start + block.Bytes) return true;
        }
        return false;
    }
}
