using System.Runtime.InteropServices;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    readonly NnScratch _nnScratch = new();
}

/// <summary>
/// Native memory for a primitive's partial results while it runs. It grows to the largest request and is then reused, so a
/// steady state allocates nothing. Taking it again invalidates what was taken before.
/// </summary>
sealed unsafe class NnScratch : IDisposable
{
    void* _memory;
    long _bytes;

    /// <summary>At least this many bytes, 64-byte aligned, contents undefined.</summary>
    public byte* Take(long bytes)
    {
        if (bytes <= _bytes) return (byte*)_memory;
        Dispose();
        try
        {
            _memory = NativeMemory.AlignedAlloc((nuint)bytes, 64);
        }
        catch (OutOfMemoryException e)
        {
            throw new OutOfDeviceMemoryException($"The host has no {bytes} bytes of memory left for partial results ({e.Message}).");
        }
        _bytes = bytes;
        return (byte*)_memory;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        _bytes = 0;
    }
}

/// <summary>
/// Splits several arrays into blocks that one parallel loop can run over: array i owns the loop's items [first[i], first[i + 1]).
/// </summary>
readonly unsafe struct BlockMap(int* first, int arrays)
{
    /// <summary>Bytes that a map of so many arrays takes.</summary>
    public static int Bytes(int arrays) => (arrays + 1) * sizeof(int);

    /// <summary>Number of items in all.</summary>
    public int Items => first[arrays];

    /// <summary>Says how many blocks array i has; called for i = 0, 1, ….</summary>
    public void Set(int array, long blocks)
    {
        if (array == 0) first[0] = 0;
        first[array + 1] = checked(first[array] + (int)blocks);
    }

    /// <summary>The array that an item belongs to, and which of its blocks it is.</summary>
    public int Find(int item, out int block)
    {
        int low = 0, high = arrays - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (first[middle] <= item) low = middle;
            else high = middle - 1;
        }
        // Arrays without blocks share their start with the next one; the search above ends on the last of them, which owns the item.
        block = item - first[low];
        return low;
    }
}
