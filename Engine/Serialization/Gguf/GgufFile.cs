using System.Numerics;

namespace Ssgan.Engine.Serialization.Gguf;

/// <summary>
/// A GGUF file (version 2 or 3, little-endian) open for reading: tensors of F32, F16, BF16, F64 and integers. Dimensions are in
/// the engine's order, outermost first; the format has them the other way round. Quantised tensors are refused by name, and the
/// metadata is passed over but for the alignment.
/// </summary>
public sealed class GgufFile : TensorFile
{
    const int MaxRank = 4, MaxEntries = 100_000, DefaultAlignment = 32, MaxAlignment = 1 << 20;
    const string AlignmentKey = "general.alignment";

    readonly FileBytes _bytes;

    GgufFile(string name, FileBytes bytes) : base(name)
    {
        _bytes = bytes;
        var cursor = new GgufCursor(bytes, name);
        if (cursor.U32() != 0x46554747) throw Refused(null, "this is no GGUF file");
        uint version = cursor.U32();
        if (version is 2u << 24 or 3u << 24) throw Refused(null, "it is big-endian, and GGUF files are read little-endian");
        if (version is not (2 or 3)) throw Refused(null, $"it is of version {version} of GGUF, and 2 and 3 are read");
        ulong tensors = cursor.U64(), values = cursor.U64();
        if (tensors > MaxEntries || values > MaxEntries)
            throw Refused(null, $"it claims {tensors} tensors and {values} values of metadata, more than {MaxEntries}");
        uint alignment = DefaultAlignment;
        for (ulong i = 0; i < values; i++)
        {
            string key = cursor.Text();
            uint type = cursor.U32();
            if (key != AlignmentKey) cursor.Skip(type);
            else if (type != GgufCursor.Unsigned32) throw Refused(null, "its alignment is no 32-bit number");
            else alignment = cursor.U32();
        }
        if (!BitOperations.IsPow2(alignment) || alignment > MaxAlignment)
            throw Refused(null, $"its alignment is {alignment}; a power of two up to {MaxAlignment} is possible");
        var found = new List<(string Name, FileDType Type, long[] Shape, ulong Offset)>();
        for (ulong i = 0; i < tensors; i++) found.Add(Tensor(cursor));
        long data = (cursor.At + alignment - 1) / alignment * alignment;
        foreach (var (tensor, type, shape, offset) in found)
        {
            long length = type.ByteLength(shape) ?? throw Refused(tensor, "has a shape of impossible size");
            if (offset % alignment != 0) throw Refused(tensor, $"begins at {offset}, which is no multiple of {alignment}");
            if (length > 0 && (data > bytes.Length || offset > (ulong)(bytes.Length - data)
                || length > bytes.Length - data - (long)offset))
                throw Refused(tensor, $"has {length} bytes at {offset}, beyond the end of the file");
            Add(new Stored(this, tensor, type, shape, data + (long)Math.Min(offset, long.MaxValue / 2)));
        }
    }

    /// <summary>Opens a file.</summary>
    /// <exception cref="TensorFileException">It is no GGUF file, or damaged, or has a tensor of a type that is not
    /// read.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static GgufFile Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var bytes = new FileBytes(path);
        try
        {
            return new GgufFile(path, bytes);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>Reads a file that is already in memory; the bytes are not copied.</summary>
    /// <exception cref="TensorFileException">As <see cref="Open"/>.</exception>
    public static GgufFile Read(ReadOnlyMemory<byte> bytes, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new(name, new FileBytes(bytes));
    }

    /// <inheritdoc/>
    public override void Dispose() => _bytes.Dispose();

    (string, FileDType, long[], ulong) Tensor(GgufCursor cursor)
    {
        string name = cursor.Text();
        uint rank = cursor.U32();
        if (rank > MaxRank) throw Refused(name, $"has {rank} dimensions, and GGUF has at most {MaxRank}");
        long[] shape = new long[rank];
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            ulong dim = cursor.U64();
            shape[i] = dim <= long.MaxValue ? (long)dim : throw Refused(name, $"has a dimension of {dim}");
        }
        uint type = cursor.U32();
        return (name, TypeOf(type) ?? throw Refused(name, $"is of type {NameOf(type)}, which is not read"), shape, cursor.U64());
    }

    static FileDType? TypeOf(uint type) => type switch
    {
        0 => FileDType.F32,
        1 => FileDType.F16,
        24 => FileDType.I8,
        25 => FileDType.I16,
        26 => FileDType.I32,
        27 => FileDType.I64,
        28 => FileDType.F64,
        30 => FileDType.BF16,
        _ => null,
    };

    /// <summary>What ggml calls its quantised types.</summary>
    static string NameOf(uint type) => type switch
    {
        2 => "Q4_0", 3 => "Q4_1", 6 => "Q5_0", 7 => "Q5_1", 8 => "Q8_0", 9 => "Q8_1", 10 => "Q2_K", 11 => "Q3_K", 12 => "Q4_K",
        13 => "Q5_K", 14 => "Q6_K", 15 => "Q8_K", 16 => "IQ2_XXS", 17 => "IQ2_XS", 18 => "IQ3_XXS", 19 => "IQ1_S",
        20 => "IQ4_NL", 21 => "IQ3_S", 22 => "IQ2_S", 23 => "IQ4_XS", 29 => "IQ1_M", 34 => "TQ1_0", 35 => "TQ2_0",
        _ => $"{type}",
    };

    /// <summary>A tensor: a stretch of the file.</summary>
    sealed class Stored(GgufFile file, string name, FileDType type, long[] shape, long begin)
        : TensorEntry(file, name, type, shape)
    {
        private protected override void ReadInside(Span<byte> destination, long offset)
        {
            if (!file._bytes.TryRead(begin + offset, destination))
                throw file.Refused(Name, "ends early: the file became shorter while it was read");
        }
    }
}
