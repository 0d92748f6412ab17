namespace Ssgan.Emulator;

/// <summary>
/// A block of device memory. Beside each byte lies a shadow byte that is set once something wrote it. Both arrays are pinned and
/// owned by the garbage collector, so that a launch which still runs keeps the bytes of a block freed behind its back.
/// </summary>
sealed unsafe class Allocation
{
    public const byte Written = 0xFF;

    sealed record Watch(object Launch, byte[] Marks);

    readonly byte[] _bytes, _shadow;

    internal Allocation(ulong address, long size, string? name, bool readOnly)
    {
        Address = address;
        Size = size;
        Name = name;
        IsReadOnly = readOnly;
        _bytes = GC.AllocateUninitializedArray<byte>((int)size, pinned: true);
        _shadow = GC.AllocateArray<byte>((int)size, pinned: true);
        fixed (byte* p = _bytes) Bytes = p;
        fixed (byte* p = _shadow) Shadow = p;
    }

    public ulong Address { get; }

    public long Size { get; }

    /// <summary>The module's variable that lives here, if it is one.</summary>
    public string? Name { get; }

    internal bool IsReadOnly { get; }

    internal ulong End => Address + (ulong)Size;

    internal byte* Bytes { get; }

    internal byte* Shadow { get; }

    /// <summary>True once everything was written in one go: the shadow need not be looked at.</summary>
    internal bool AllWritten { get; private set; }

    Watch? _watch;

    /// <summary>A byte for each of this block's, for the accesses of one launch; launches run one after another.</summary>
    internal byte[] Marks(object launch)
    {
        if (_watch is { } watch && watch.Launch == launch) return watch.Marks;
        lock (_bytes)
        {
            if (_watch?.Launch != launch) _watch = new Watch(launch, new byte[Size]);
            return _watch.Marks;
        }
    }

    internal bool Contains(ulong address, long bytes) =>
        address >= Address && address - Address <= (ulong)Size && (ulong)bytes <= End - address;

    internal void MarkWritten(long offset, long bytes)
    {
        if (AllWritten) return;
        if (offset == 0 && bytes == Size) AllWritten = true;
        new Span<byte>(Shadow + offset, (int)bytes).Fill(Written);
    }

    /// <summary>The first unwritten byte of a range, or -1.</summary>
    internal long FirstUnwritten(long offset, long bytes)
    {
        if (AllWritten) return -1;
        int at = new ReadOnlySpan<byte>(Shadow + offset, (int)bytes).IndexOfAnyExcept(Written);
        return at < 0 ? -1 : offset + at;
    }

    public override string ToString() =>
        Name is null ? $"the {Size} bytes at 0x{Address:x}" : $"{Name}, {Size} bytes at 0x{Address:x}";
}
