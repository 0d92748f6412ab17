namespace Ssgan.Engine.Kernels.Cpu.Threading;

/// <summary>
/// Native memory that one backend's kernels reuse from call to call, so that a call in steady state allocates nothing: one
/// buffer for what all tasks of a loop share, which grows to the largest size asked for, and one of a fixed size for each
/// thread of a loop.
/// </summary>
sealed unsafe class Scratch : IDisposable
{
    readonly int _threads;
    readonly long _ownFloats;
    float* _shared;
    long _sharedFloats;
    nint* _slots;

    /// <summary>Memory for loops of so many threads, each of which may take one buffer of so many floats.</summary>
    public Scratch(int threads, long ownFloats) => (_threads, _ownFloats) = (threads, ownFloats);

    /// <summary>Bytes held now.</summary>
    public long Bytes => (_sharedFloats + (_slots == null ? 0 : _threads * _ownFloats)) * sizeof(float);

    /// <summary>The shared buffer with room for so many floats; contents undefined, and lost when it grows.</summary>
    public float* Shared(long floats)
    {
        if (floats <= _sharedFloats) return _shared;
        FreeShared();
        _shared = (float*)Allocate(floats * sizeof(float));
        _sharedFloats = floats;
        return _shared;
    }

    /// <summary>The shared buffer with room for so many bytes; see <see cref="Shared"/>.</summary>
    public byte* SharedBytes(long bytes) => (byte*)Shared((bytes + sizeof(float) - 1) / sizeof(float));

    /// <summary>The threads' buffers, to be taken and given back inside a loop.</summary>
    public ScratchSlots Slots()
    {
        if (_slots == null)
        {
            var slots = (nint*)Allocate(_threads * sizeof(nint));
            new Span<nint>(slots, _threads).Clear();
            _slots = slots;
        }
        for (int i = 0; i < _threads; i++)
        {
            if (_slots[i] == 0) _slots[i] = (nint)Allocate(_ownFloats * sizeof(float));
        }
        return new ScratchSlots(_slots, _threads);
    }

    void FreeShared()
    {
        HostMemory.Free(_shared);
        _shared = null;
        _sharedFloats = 0;
    }

    static void* Allocate(long bytes)
    {
        try
        {
            return HostMemory.Allocate(bytes);
        }
        catch (OutOfMemoryException e)
        {
            throw new OutOfDeviceMemoryException(
                $"The host has no {bytes} bytes of memory left for the intermediate results of a primitive ({e.Message}).");
        }
    }

    public void Dispose()
    {
        FreeShared();
        if (_slots == null) return;
        for (int i = 0; i < _threads; i++) HostMemory.Free((void*)_slots[i]);
        HostMemory.Free(_slots);
        _slots = null;
    }
}

/// <summary>The buffers of <see cref="Scratch.Slots"/>: as many as threads, so that one is always free.</summary>
readonly unsafe struct ScratchSlots(nint* slots, int count)
{
    /// <summary>Takes a buffer, the same as before if it can be: it is in this core's cache.</summary>
    public float* Take(out int slot)
    {
        for (slot = Workers.Part % count; ; slot = (slot + 1) % count)
        {
            nint p = Interlocked.Exchange(ref slots[slot], 0);
            if (p != 0) return (float*)p;
        }
    }

    /// <summary>Gives it back.</summary>
    public void Return(int slot, float* buffer) => Volatile.Write(ref slots[slot], (nint)buffer);
}
