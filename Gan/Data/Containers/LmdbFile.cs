using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;

namespace Ssgan.Gan.Data.Containers;

/// <summary>
/// Reads the main database of an LMDB environment (data.mdb, format version 1 of liblmdb 0.9, on a 64-bit little-endian machine)
/// through a memory-mapped file: keys and places of values, in order of keys. Every offset is held against the file, keys must
/// rise and their number must be the one on record, so that no damaged file is walked in circles. The file must not be cut short
/// while it is open.
/// </summary>
internal sealed class LmdbFile : IDisposable
{
    /// <summary>Where a value lies.</summary>
    internal readonly struct Value(long offset, int length)
    {
        internal long Offset => offset;

        internal int Length => length;
    }

    /// <summary>A key and the place of its value.</summary>
    internal sealed class Entry(byte[] key, Value value)
    {
        internal byte[] Key => key;

        internal Value Value => value;
    }

    const uint Magic = 0xBEEFC0DE;
    const int PageHeader = 16, NodeHeader = 8, MaxKey = 511, MaxDepth = 32, MinPage = 512, MaxPage = 1 << 15, MetaBytes = 152;
    const ushort Branch = 1, Leaf = 2, Overflow = 4, Meta = 8, BigData = 1, SubData = 2, Duplicates = 4, DupSort = 4;

    struct Root
    {
        internal ulong Page, Entries, LastPage, Transaction;
        internal int Flags;
    }

    readonly string _path;
    readonly MemoryMappedFile _file;
    readonly MemoryMappedViewAccessor _view;
    readonly long _length;
    int _pageBytes = MinPage;
    Root _root;

    LmdbFile(string path, long length)
    {
        (_path, _length) = (path, length);
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
    }

    /// <summary>Opens a data.mdb.</summary>
    /// <exception cref="DatasetException">It is none.</exception>
    internal static LmdbFile Open(string path)
    {
        long length = new FileInfo(path).Length;
        if (length < 2 * MinPage) throw new DatasetException($"{path} is no LMDB file: it has {length} bytes.");
        var file = new LmdbFile(path, length);
        try
        {
            file.Begin();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Copies a value.</summary>
    internal byte[] Read(Value value)
    {
        byte[] bytes = new byte[value.Length];
        _view.SafeMemoryMappedViewHandle.ReadSpan((ulong)(_view.PointerOffset + value.Offset), bytes.AsSpan());
        return bytes;
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    void Begin()
    {
        byte[] first = Page(0, MetaBytes);
        if (U16(first, 10) != Meta || U32(first, 16) != Magic) throw new DatasetException($"{_path} is no LMDB file.");
        if (U32(first, 20) != 1)
            throw new DatasetException($"{_path} is of version {U32(first, 20)} of LMDB's format, and version 1 is read.");
        uint page = U32(first, 40);
        if (page < MinPage || page > MaxPage || !uint.IsPow2(page)) throw Damaged($"its pages have {page} bytes");
        _pageBytes = (int)page;
        Root one = RootOf(first), two = _length >= 2L * page ? RootOf(Page(1, MetaBytes)) : default;
        _root = two.Transaction > one.Transaction ? two : one;
        if ((_root.Flags & DupSort) != 0) throw new DatasetException($"{_path} has several values for a key, which is not read.");
    }

    static Root RootOf(byte[] meta) => U16(meta, 10) != Meta || U32(meta, 16) != Magic ? default
        : new()
        {
            Page = U64(meta, 128), Entries = U64(meta, 120), LastPage = U64(meta, 136), Transaction = U64(meta, 144),
            Flags = U16(meta, 92),
        };

    /// <summary>All keys with the places of their values.</summary>
    internal List<Entry> Entries(CancellationToken cancellation)
    {
        var entries = new List<Entry>();
        // All ones stand for an empty database.
        if (_root.Page != ulong.MaxValue) Walk(_root.Page, 0, entries, cancellation);
        if ((ulong)entries.Count != _root.Entries)
            throw Damaged($"it has {entries.Count} entries, and its header says {_root.Entries}");
        return entries;
    }

    void Walk(ulong number, int depth, List<Entry> entries, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (depth == MaxDepth) throw Damaged("its tree is deeper than any");
        byte[] page = Page(number, _pageBytes);
        int flags = U16(page, 10), lower = U16(page, 12);
        if (flags is not (Branch or Leaf) || lower < PageHeader || lower > _pageBytes || lower % 2 != 0)
            throw Damaged($"page {number} is none of its tree");
        for (int at = PageHeader; at < lower; at += 2)
        {
            int node = U16(page, at);
            if (node < lower || node > _pageBytes - NodeHeader) throw Damaged($"page {number} has an entry outside");
            int keyLength = U16(page, node + 6), kind = U16(page, node + 4);
            uint low = U16(page, node) | (uint)U16(page, node + 2) << 16;
            if (keyLength > MaxKey || node + NodeHeader
                + keyLength > _pageBytes) throw Damaged($"page {number} has a key outside");
            if (flags == Branch)
            {
                Walk(low | (ulong)kind << 32, depth + 1, entries, cancellation);
                continue;
            }
            byte[] key = page.AsSpan(node + NodeHeader, keyLength).ToArray();
            if (entries.Count > 0 && entries[^1].Key.AsSpan().SequenceCompareTo(key) >= 0)
                throw Damaged($"the keys of page {number} do not rise");
            if ((ulong)entries.Count >= _root.Entries)
                throw Damaged($"it has more than the {_root.Entries} entries of its header");
            entries.Add(new(key, ValueOf(page, number, node + NodeHeader + keyLength, kind, low)));
        }
    }

    Value ValueOf(byte[] page, ulong number, int at, int kind, uint length)
    {
        if ((kind & (SubData | Duplicates)) != 0)
            throw new DatasetException($"{_path} holds databases within its database, which are not read.");
        if (length > int.MaxValue) throw Damaged($"a value of page {number} has {length} bytes");
        if ((kind & BigData) == 0)
        {
            if (length > _pageBytes - at) throw Damaged($"page {number} has a value outside");
            return new((long)number * _pageBytes + at, (int)length);
        }
        if (at > _pageBytes - 8) throw Damaged($"page {number} has a value outside");
        ulong run = U64(page, at);
        byte[] header = Page(run, PageHeader);
        ulong pages = U32(header, 12);
        // Page() holds the first page of the run against the file.
        if (U16(header, 10) != Overflow || PageHeader + (ulong)length > pages * (ulong)_pageBytes
            || run + pages - 1 > _root.LastPage || (run + pages) * (ulong)_pageBytes > (ulong)_length)
            throw Damaged($"a value of page {number} lies outside");
        return new((long)run * _pageBytes + PageHeader, (int)length);
    }

    byte[] Page(ulong number, int bytes)
    {
        if (number > (ulong)_length / (ulong)_pageBytes || (long)number * _pageBytes > _length - bytes)
            throw Damaged($"it has no page {number}");
        return Read(new((long)number * _pageBytes, bytes));
    }

    DatasetException Damaged(string what) => new($"{_path} is damaged: {what}.");

    static ushort U16(byte[] page, int at) => BinaryPrimitives.ReadUInt16LittleEndian(page.AsSpan(at));

    static uint U32(byte[] page, int at) => BinaryPrimitives.ReadUInt32LittleEndian(page.AsSpan(at));

    static ulong U64(byte[] page, int at) => BinaryPrimitives.ReadUInt64LittleEndian(page.AsSpan(at));
}
