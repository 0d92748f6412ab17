using System.Buffers.Binary;

namespace Ssgan.Engine.Serialization;

/// <summary>
/// A safetensors file open for reading: 8 bytes with the header's length N (little-endian), N bytes of JSON, then the data.
/// The whole header is checked at opening; the data is read entry by entry, from any thread.
/// </summary>
public sealed class SafetensorsFile : TensorFile
{
    const int LengthBytes = 8;

    readonly FileBytes _bytes;
    readonly long _dataStart;

    SafetensorsFile(string name, FileBytes bytes) : base(name)
    {
        _bytes = bytes;
        long length = bytes.Length;
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

        foreach (var record in records) Add(new Stored(this, record));
        Metadata = metadata;
    }

    /// <summary>The strings under <c>__metadata__</c>; empty where there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file and checks its header; the data stays on disk until it is asked for.</summary>
    /// <exception cref="SafetensorsException">The file is damaged or not a safetensors file.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static SafetensorsFile Open(string path)
    {
        var bytes = new FileBytes(path);
        try
        {
            return new SafetensorsFile(path, bytes);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>Reads a file that is already in memory; the bytes are not copied.</summary>
    /// <exception cref="SafetensorsException">The bytes are damaged or not a safetensors file.</exception>
    public static SafetensorsFile Read(ReadOnlyMemory<byte> bytes, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new(name, new FileBytes(bytes));
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
        return new(name, new FileBytes(bytes.GetBuffer().AsMemory(0, (int)bytes.Length)));
    }

    /// <inheritdoc/>
    public override void Dispose() => _bytes.Dispose();

    internal override TensorFileException Refused(string? entry, string what) =>
        entry is null ? SafetensorsException.File(Name, what) : SafetensorsException.Entry(Name, entry, what);

    void ReadAt(long offset, Span<byte> destination, string? entry)
    {
        if (_bytes.TryRead(offset, destination)) return;
        const string what = "ends early: the file became shorter while it was read";
        throw Refused(entry, entry is null ? $"the header {what}" : what);
    }

    sealed class Stored(SafetensorsFile file, in SafetensorsRecord record)
        : TensorEntry(file, record.Name, record.DType, record.Shape)
    {
        readonly long _begin = record.Begin;

        private protected override void ReadInside(Span<byte> destination, long offset) =>
            file.ReadAt(file._dataStart + _begin + offset, destination, Name);
    }
}
