using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;

namespace Ssgan.Engine.Serialization;

/// <summary>
/// A safetensors file open for reading: 8 bytes with the header's length N (little-endian), N bytes of JSON, then the data.
/// The whole header is checked at opening; the data is read entry by entry, from any thread.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    const int LengthBytes = 8;

    readonly SafeFileHandle? _handle; // Null when the file is in memory.
    readonly ReadOnlyMemory<byte> _bytes;
    readonly long _dataStart;
    readonly Dictionary<string, SafetensorsEntry> _byName;

    SafetensorsFile(string name, SafeFileHandle? handle, ReadOnlyMemory<byte> bytes)
    {
        (Name, _handle, _bytes) = (name, handle, bytes);
        long length = handle is null ? bytes.Length : RandomAccess.GetLength(handle);
        Span<byte> start = stackalloc byte[(int)Math.Min(length, ForeignFile.Bytes)];
        ReadAt(0, start, null);
        // A header begins with a brace, and no file of another kind has a plausible length before one.
        bool mayBeHeader = start.Length >= LengthBytes
            && BinaryPrimitives.ReadUInt64LittleEndian(start) <= SafetensorsHeader.MaxBytes
            && (start.Length == LengthBytes || start[LengthBytes] == '{');
        if (!mayBeHeader && ForeignFile.Describe(start) is { } kind) throw SafetensorsException.File(name, kind);
        if (length < LengthBytes)
            throw SafetensorsException.File(name, $"the file has {length} bytes, too few for a safetensors file");

        ulong headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (headerBytes > SafetensorsHeader.MaxBytes)
            throw SafetensorsException.File(name,
                $"the header claims {headerBytes} bytes, more than the {SafetensorsHeader.MaxBytes} allowed");
        if (headerBytes > (ulong)(length - LengthBytes))
            throw SafetensorsException.File(name,
                $"the header claims {headerBytes} bytes, but only {length - LengthBytes} follow; the file is truncated");

        byte[] header = new byte[headerBytes];
        ReadAt(LengthBytes, header, null);
        _dataStart = LengthBytes + header.Length;
        var (records, metadata) = SafetensorsHeader.Parse(name, header, length - _dataStart);

        var entries = new SafetensorsEntry[records.Count];
        _byName = new Dictionary<string, SafetensorsEntry>(records.Count, StringComparer.Ordinal);
        for (int i = 0; i < entries.Length; i++)
            _byName.Add(records[i].Name, entries[i] = new SafetensorsEntry(this, records[i]));
        Entries = entries;
        Metadata = metadata;
    }

    /// <summary>The path, or the name given with the bytes: what error messages call this file.</summary>
    public string Name { get; }

    /// <summary>All tensors, in the order of their data.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>The strings under <c>__metadata__</c>; empty where there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensor of that name.</summary>
    /// <exception cref="SafetensorsException">There is none.</exception>
    public SafetensorsEntry this[string name] =>
        _byName.TryGetValue(name, out var entry) ? entry
            : throw SafetensorsException.File(Name, $"there is no entry {SafetensorsException.Quote(name)}");

    /// <summary>Finds the tensor of that name; false where there is none.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out SafetensorsEntry? entry)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _byName.TryGetValue(name, out entry);
    }

    /// <summary>Opens a file and checks its header; the data stays on disk until it is asked for.</summary>
    /// <exception cref="SafetensorsException">The file is damaged or not a safetensors file.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static SafetensorsFile Open(string path)
    {
        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        try
        {
            return new SafetensorsFile(path, handle, default);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Reads a file that is already in memory; the bytes are not copied.</summary>
    /// <exception cref="SafetensorsException">The bytes are damaged or not a safetensors file.</exception>
    public static SafetensorsFile Read(ReadOnlyMemory<byte> bytes, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new(name, null, bytes);
    }

    /// <summary>Reads the rest of a stream into memory; the stream stays open.</summary>
    /// <exception cref="SafetensorsException">
    /// The bytes are damaged or not a safetensors file, or there are more than one array holds.
    /// </exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static SafetensorsFile Read(Stream stream, string name = "stream")
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        using var bytes = new MemoryStream();
        byte[] piece = new byte[1 << 16];
        for (int read; (read = stream.Read(piece)) > 0;)
        {
            if (bytes.Length + read > Array.MaxLength)
                throw SafetensorsException.File(name, $"it has more than {Array.MaxLength} bytes; open it as a file");
            bytes.Write(piece, 0, read);
        }
        return new(name, null, bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
    }

    /// <summary>Closes the file; entries can no longer be read.</summary>
    public void Dispose() => _handle?.Dispose();

    internal void ReadData(long offset, Span<byte> destination, string entry) => ReadAt(_dataStart + offset, destination, entry);

    void ReadAt(long offset, Span<byte> destination, string? entry)
    {
        if (_handle is null)
        {
            _bytes.Span.Slice((int)offset, destination.Length).CopyTo(destination);
            return;
        }
        while (destination.Length > 0)
        {
            int read = RandomAccess.Read(_handle, destination, offset);
            if (read == 0)
            {
                const string what = "ends early: the file became shorter while it was read";
                throw entry is null ? SafetensorsException.File(Name, $"the header {what}")
                    : SafetensorsException.Entry(Name, entry, what);
            }
            offset += read;
            destination = destination[read..];
        }
    }
}
