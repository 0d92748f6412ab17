using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ssgan.Emulator;

/// <summary>
/// Who touched each unit of a block's shared memory, and when. Time is a count of the block's barriers; each warp knows up to
/// which time it is ordered behind each other warp (and, for itself, behind its own other threads). An access that meets another
/// thread's, one of them a write, from a time that its warp is not ordered behind, is a race. A warp's threads are ordered by
/// bar.warp.sync alone, not by running in step.
/// </summary>
sealed unsafe class SharedShadow
{
    // A record: 16 bits of thread, 8 of kind, 40 of time.
    const int ThreadShift = 48, KindShift = 40;
    const ulong TimeMask = (1ul << KindShift) - 1;
    const ulong Plain = 0, Atomic = 1, Pending = 2, Forbidden = 3;
    const ulong Many = 0xFFFF;

    readonly ulong[] _memory;
    readonly uint[] _readers;
    readonly ulong[] _known;
    readonly ulong[] _knownLeast;

    // The last write and the last read of each unit, in memory that does not move.
    readonly ulong* _writes, _reads;
    readonly int _warps;
    readonly int _grainShift;
    ulong _now, _start;

    public SharedShadow(int bytes, int grain, int warps)
    {
        _grainShift = BitOperations.Log2((uint)grain);
        int units = (bytes + grain - 1) / grain;
        _memory = GC.AllocateArray<ulong>(2 * units + 1, pinned: true);
        fixed (ulong* first = _memory) _writes = first;
        _reads = _writes + units;
        _readers = new uint[units];
        _known = new ulong[warps * warps];
        _knownLeast = new ulong[warps];
        _warps = warps;
    }

    /// <summary>A new block: nothing is written, and what was touched before does not count.</summary>
    public void Start((int Start, int Bytes)[] gaps)
    {
        _start = ++_now;
        _known.AsSpan().Fill(_start);
        _knownLeast.AsSpan().Fill(_start);
        foreach (var (start, bytes) in gaps)
            for (int at = start; at < start + bytes; at += 1 << _grainShift)
                _writes[at >> _grainShift] = Forbidden << KindShift | _start;
    }

    /// <summary>The threads of a warp are ordered.</summary>
    public void SyncWarp(int warp)
    {
        _known[warp * _warps + warp] = ++_now;
        UpdateLeast(warp);
    }

    /// <summary>
    /// Warps that met at a block's barrier are ordered behind all that each of them was ordered behind, and behind one another.
    /// </summary>
    public void SyncBlock(uint warps)
    {
        _now++;
        for (int other = 0; other < _warps; other++)
        {
            ulong latest = 0;
            for (uint left = warps; left != 0; left &= left - 1)
                latest = Math.Max(latest, _known[BitOperations.TrailingZeroCount(left) * _warps + other]);
            if ((warps >> other & 1) != 0) latest = _now;
            for (uint left = warps; left != 0; left &= left - 1)
                _known[BitOperations.TrailingZeroCount(left) * _warps + other] = latest;
        }
        for (uint left = warps; left != 0; left &= left - 1) UpdateLeast(BitOperations.TrailingZeroCount(left));
    }

    void UpdateLeast(int warp)
    {
        ulong least = ulong.MaxValue;
        for (int other = 0; other < _warps; other++) least = Math.Min(least, _known[warp * _warps + other]);
        _knownLeast[warp] = least;
    }

    /// <summary>Notes a read that is plainly in order; false where <see cref="Read"/> has to look closer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryRead(int offset, int bytes, int thread, ulong known)
    {
        ulong mine = (ulong)thread << ThreadShift | _now;
        for (int unit = offset >> _grainShift; unit <= (offset + bytes - 1) >> _grainShift; unit++)
        {
            ulong write = _writes[unit], time = write & TimeMask, read = _reads[unit];
            if (time < _start || time >= known || (write >> KindShift & 0xFF) != Plain) return false;
            if ((read & TimeMask) >= known && read >> ThreadShift != (ulong)thread && read != (Many << ThreadShift | _now))
                return false;
            if ((read & TimeMask) < known) _reads[unit] = mine;
            else if (read >> ThreadShift == Many) _readers[unit] |= 1u << (thread >> 5);
        }
        return true;
    }

    /// <summary>Everything that happened before this is in order for a warp.</summary>
    public ulong KnownLeast(int warp) => _knownLeast[warp];

    /// <summary>Notes a read; what is wrong with it, or null.</summary>
    public string? Read(int offset, int bytes, int thread, out FaultKind kind)
    {
        kind = FaultKind.SharedRace;
        int last = (offset + bytes - 1) >> _grainShift, warp = thread >> 5;
        ulong known = _knownLeast[warp], mine = (ulong)thread << ThreadShift | _now;
        for (int unit = offset >> _grainShift; unit <= last; unit++)
        {
            if (DescribeWrite(_writes[unit], thread, false, ref kind) is { } wrong) return wrong;
            ulong read = _reads[unit];
            if ((read & TimeMask) < known || read >> ThreadShift == (ulong)thread)
            {
                _reads[unit] = mine;
                continue;
            }
            if (read >> ThreadShift != Many) _readers[unit] = 1u << (int)(read >> ThreadShift >> 5);
            _readers[unit] |= 1u << warp;
            _reads[unit] = Many << ThreadShift | _now;
        }
        return null;
    }

    /// <summary>Notes a plain write that is plainly in order; false where <see cref="Write"/> has to look closer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryWrite(int offset, int bytes, int thread, ulong known)
    {
        ulong mine = (ulong)thread << ThreadShift | _now;
        for (int unit = offset >> _grainShift; unit <= (offset + bytes - 1) >> _grainShift; unit++)
        {
            ulong write = _writes[unit];
            if ((write & TimeMask) >= known || (write >> KindShift & 0xFF) > Atomic || (_reads[unit] & TimeMask) >= known)
                return false;
            _writes[unit] = mine;
            _reads[unit] = 0;
        }
        return true;
    }

    /// <summary>Notes a write, or an atomic update; what is wrong with it, or null.</summary>
    public string? Write(int offset, int bytes, int thread, bool atomic, out FaultKind kind)
    {
        kind = FaultKind.SharedRace;
        int last = (offset + bytes - 1) >> _grainShift, warp = thread >> 5;
        ulong known = _knownLeast[warp], mine = (ulong)thread << ThreadShift | (atomic ? Atomic : Plain) << KindShift | _now;
        for (int unit = offset >> _grainShift; unit <= last; unit++)
        {
            ulong write = _writes[unit];
            if (((write & TimeMask) >= known || (write >> KindShift & 0xFF) >= Pending || atomic)
                && DescribeWrite(write, thread, atomic, ref kind, !atomic) is { } wrong) return wrong;
            ulong read = _reads[unit];
            if ((read & TimeMask) >= known && DescribeRead(unit, read, thread) is { } race) return race;
            _writes[unit] = mine;
            _reads[unit] = 0;
        }
        return null;
    }

    /// <summary>Notes bytes that an asynchronous copy will bring: nobody may touch them before it is waited for.</summary>
    public string? Await(int offset, int bytes, int thread, out FaultKind kind)
    {
        if (Write(offset, bytes, thread, false, out kind) is { } wrong) return wrong;
        for (int unit = offset >> _grainShift; unit <= (offset + bytes - 1) >> _grainShift; unit++)
            _writes[unit] = (ulong)thread << ThreadShift | Pending << KindShift | _now;
        return null;
    }

    /// <summary>The copy has arrived: its bytes are a plain write of the thread that waited.</summary>
    public void Arrive(int offset, int bytes, int thread)
    {
        for (int unit = offset >> _grainShift; unit <= (offset + bytes - 1) >> _grainShift; unit++)
            _writes[unit] = (ulong)thread << ThreadShift | _now;
    }

    string? DescribeWrite(ulong write, int thread, bool atomic, ref FaultKind kind, bool mayBeUnwritten = false)
    {
        ulong time = write & TimeMask;
        if (time < _start)
        {
            kind = FaultKind.Uninitialised;
            return mayBeUnwritten ? null : "nothing wrote it";
        }
        ulong how = write >> KindShift & 0xFF;
        int other = (int)(write >> ThreadShift);
        if (how == Forbidden)
        {
            kind = FaultKind.OutOfBounds;
            return "it lies between two shared arrays";
        }
        if (how == Pending) return $"an asynchronous copy of {Name(other)} still writes it";
        if (other == thread || time < KnownOf(thread, other) || atomic && how == Atomic) return null;
        return $"{Name(other)} wrote it and no barrier is between";
    }

    string? DescribeRead(int unit, ulong read, int thread)
    {
        ulong time = read & TimeMask;
        if (read >> ThreadShift != Many)
        {
            int other = (int)(read >> ThreadShift);
            return other == thread || time < KnownOf(thread, other) ? null : $"{Name(other)} reads it and no barrier is between";
        }
        for (uint left = _readers[unit]; left != 0; left &= left - 1)
        {
            int warp = BitOperations.TrailingZeroCount(left);
            if (time >= _known[(thread >> 5) * _warps + warp]) return $"threads of warp {warp} read it and no barrier is between";
        }
        return null;
    }

    ulong KnownOf(int thread, int other) => _known[(thread >> 5) * _warps + (other >> 5)];

    static string Name(int thread) => $"thread number {thread} of the block";
}
