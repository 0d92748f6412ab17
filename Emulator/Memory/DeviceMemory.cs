namespace Ssgan.Emulator;

/// <summary>
/// The memory of one emulated device. Addresses are not canonical on any host, so that dereferencing one there fails at once;
/// allocations are apart by a gap, so that running past one's end meets nothing. Every member may be called from any thread.
/// </summary>
sealed unsafe class DeviceMemory(long capacity, int device = 0)
{
    /// <summary>Allocations start at multiples of this, as on a card.</summary>
    public const int Alignment = 512;

    // An access to an array's neighbour row or image still lands in the gap.
    const ulong Gap = 1 << 20;

    internal const ulong FirstAddress = 0x0100_0000_0000_0000, DeviceStride = 0x0001_0000_0000_0000;

    readonly Lock _lock = new();
    readonly HashSet<ulong> _freed = [];
    Allocation[] _live = [];
    ulong _next = FirstAddress + DeviceStride * (ulong)device;

    public long Capacity => capacity;

    public long LiveBytes { get; private set; }

    public long PeakBytes { get; private set; }

    /// <summary>Ordered by address. A snapshot: it does not change.</summary>
    public IReadOnlyList<Allocation> Live => Volatile.Read(ref _live);

    /// <summary>The address of new, unwritten bytes; a fault when they do not fit.</summary>
    public ulong Allocate(long bytes) => TryAllocate(bytes, out ulong address)
        ? address
        : throw new EmulatorFault(FaultKind.OutOfMemory,
            $"{bytes} bytes do not fit: {LiveBytes} of {capacity} bytes are in use.");

    public bool TryAllocate(long bytes, out ulong address)
    {
        address = 0;
        if (Add(bytes, null, false) is not { } block) return false;
        address = block.Address;
        return true;
    }

    /// <summary>Bytes of a module's variable; they are freed as any others.</summary>
    internal Allocation AllocateVariable(string name, long bytes, bool readOnly) => Add(bytes, name, readOnly)
        ?? throw new EmulatorFault(FaultKind.OutOfMemory, $"The module's variable {name} of {bytes} bytes does not fit.");

    Allocation? Add(long bytes, string? name, bool readOnly)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        lock (_lock)
        {
            if (bytes > Array.MaxLength || LiveBytes + bytes > capacity) return null;
            var block = new Allocation(_next, bytes, name, readOnly);
            _next = (_next + (ulong)bytes + Gap + Alignment - 1) / Alignment * Alignment;
            Volatile.Write(ref _live, [.. _live, block]);
            LiveBytes += bytes;
            PeakBytes = Math.Max(PeakBytes, LiveBytes);
            return block;
        }
    }

    public void Free(ulong address)
    {
        lock (_lock)
        {
            var live = _live;
            int index = Array.FindIndex(live, block => block.Address == address);
            if (index < 0)
            {
                if (_freed.Contains(address)) throw new EmulatorFault(FaultKind.DoubleFree, $"0x{address:x} was freed before.");
                throw new EmulatorFault(FaultKind.UnknownFree,
                    $"Free of 0x{address:x}, where no allocation starts: {Describe(address)}.");
            }
            LiveBytes -= live[index].Size;
            _freed.Add(address);
            Volatile.Write(ref _live, [.. live.AsSpan(0, index), .. live.AsSpan(index + 1)]);
        }
    }

    /// <summary>A fault that lists what was never freed.</summary>
    public void CheckLeaks()
    {
        var live = Live;
        if (live.Count == 0) return;
        string some = string.Join("; ", live.Take(8).Select(block => block.ToString()));
        throw new EmulatorFault(FaultKind.Leak,
            $"{live.Count} allocations were never freed: {some}{(live.Count > 8 ? "; ..." : "")}.");
    }

    public void Write(ulong address, ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty) return;
        var block = Find(address, source.Length, "Write");
        source.CopyTo(new Span<byte>(block.Bytes + (address - block.Address), source.Length));
        block.MarkWritten((long)(address - block.Address), source.Length);
    }

    public void Read(ulong address, Span<byte> target)
    {
        if (target.IsEmpty) return;
        var block = Find(address, target.Length, "Read");
        long offset = (long)(address - block.Address);
        long hole = block.FirstUnwritten(offset, target.Length);
        if (hole >= 0)
            throw new EmulatorFault(FaultKind.Uninitialised,
                $"Read of {target.Length} bytes at 0x{address:x}: nothing wrote byte {hole} of {block}.");
        new ReadOnlySpan<byte>(block.Bytes + offset, target.Length).CopyTo(target);
    }

    /// <summary>Repeats a pattern of 1, 2 or 4 bytes <paramref name="count"/> times.</summary>
    public void Fill(ulong address, ReadOnlySpan<byte> pattern, long count)
    {
        if (count == 0) return;
        var block = Find(address, count * pattern.Length, "Fill");
        if (address % (ulong)pattern.Length != 0)
            throw new EmulatorFault(FaultKind.Misaligned,
                $"Fill of 0x{address:x} with a pattern of {pattern.Length} bytes is misaligned.");
        byte* first = block.Bytes + (address - block.Address);
        for (long i = 0; i < count; i++) pattern.CopyTo(new Span<byte>(first + i * pattern.Length, pattern.Length));
        block.MarkWritten((long)(address - block.Address), count * pattern.Length);
    }

    /// <summary>A copy of unwritten bytes leaves the target's unwritten, so that arrays with padding can be copied.</summary>
    public void Copy(ulong target, ulong source, long bytes)
    {
        if (bytes == 0) return;
        Allocation to = Find(target, bytes, "Copy to"), from = Find(source, bytes, "Copy from");
        long toOffset = (long)(target - to.Address), fromOffset = (long)(source - from.Address);
        Buffer.MemoryCopy(from.Bytes + fromOffset, to.Bytes + toOffset, bytes, bytes);
        if (from.FirstUnwritten(fromOffset, bytes) < 0) to.MarkWritten(toOffset, bytes);
        else if (!to.AllWritten) Buffer.MemoryCopy(from.Shadow + fromOffset, to.Shadow + toOffset, bytes, bytes);
    }

    /// <summary>The host bytes behind a range that something wrote, for libraries that the emulator implements itself.</summary>
    public byte* Host(ulong address, long bytes, bool write)
    {
        var block = Find(address, bytes, write ? "Write" : "Read");
        long offset = (long)(address - block.Address), hole = write ? -1 : block.FirstUnwritten(offset, bytes);
        if (hole >= 0)
            throw new EmulatorFault(FaultKind.Uninitialised,
                $"Read of {bytes} bytes at 0x{address:x}: nothing wrote byte {hole} of {block}.");
        if (write) block.MarkWritten(offset, bytes);
        return block.Bytes + offset;
    }

    /// <summary>The allocation that holds an address, or null.</summary>
    internal Allocation? Find(ulong address)
    {
        var live = Volatile.Read(ref _live);
        int low = 0, high = live.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (address < live[middle].Address) high = middle - 1;
            else if (address >= live[middle].End) low = middle + 1;
            else return live[middle];
        }
        return null;
    }

    Allocation Find(ulong address, long bytes, string what)
    {
        if (Find(address) is { } block && block.Contains(address, bytes)) return block;
        throw new EmulatorFault(FaultKind.OutOfBounds,
            $"{what} of {bytes} bytes at 0x{address:x} is out of bounds: {Describe(address)}.");
    }

    /// <summary>How an address misses the allocation nearest to it.</summary>
    internal string Describe(ulong address)
    {
        var live = Live;
        if (live.Count == 0) return "nothing is allocated";
        var nearest = live.MinBy(block => Distance(block, address))!;
        if (address < nearest.Address) return $"it is {nearest.Address - address} bytes before {nearest}";
        return address >= nearest.End
            ? $"it is {address - nearest.End} bytes after the end of {nearest}"
            : $"it is byte {address - nearest.Address} of {nearest}";
    }

    static ulong Distance(Allocation block, ulong address) =>
        address < block.Address ? block.Address - address : address >= block.End ? address - block.End + 1 : 0;
}
