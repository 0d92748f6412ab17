using System.Runtime.InteropServices;

namespace Ssgan.Engine.Serialization;

/// <summary>One tensor of an open <see cref="SafetensorsFile"/>; its bytes are read on demand, little-endian and row-major.</summary>
public sealed class SafetensorsEntry
{
    readonly SafetensorsFile _file;
    readonly long[] _shape;
    readonly long _begin;

    internal SafetensorsEntry(SafetensorsFile file, in SafetensorsRecord record)
    {
        (_file, _shape, _begin) = (file, record.Shape, record.Begin);
        (Name, DType, ByteLength) = (record.Name, record.DType, record.End - record.Begin);
    }

    /// <summary>The key in the file.</summary>
    public string Name { get; }

    /// <summary>The element type.</summary>
    public SafetensorsDType DType { get; }

    /// <summary>The dimensions, outermost first; empty for a scalar.</summary>
    public ReadOnlySpan<long> Shape => _shape;

    /// <summary>Number of elements.</summary>
    public long Count => ByteLength / DType.Size();

    /// <summary>Bytes of the data: count times element size.</summary>
    public long ByteLength { get; }

    /// <summary>Fills <paramref name="destination"/> with the data from byte <paramref name="offset"/> on: a large tensor can be read in pieces.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the entry.</exception>
    /// <exception cref="SafetensorsException">The file has become shorter since it was opened.</exception>
    public void Read(Span<byte> destination, long offset = 0)
    {
        if (offset < 0 || offset > ByteLength - destination.Length)
            throw new ArgumentOutOfRangeException(nameof(offset), offset,
                $"Entry '{Name}' has {ByteLength} bytes; {destination.Length} from {offset} are not there.");
        _file.ReadData(_begin + offset, destination, Name);
    }

    /// <summary>All bytes in one array.</summary>
    /// <exception cref="SafetensorsException">They do not fit in one array, or the file has become shorter.</exception>
    public byte[] ReadBytes()
    {
        if (ByteLength > Array.MaxLength) throw SafetensorsException.Entry(_file.Name, Name, $"has {ByteLength} bytes, which do not fit in one array");
        byte[] bytes = new byte[ByteLength];
        Read(bytes);
        return bytes;
    }

    /// <summary>All values as singles: F32 as they are, F16 and BF16 exactly, F64 rounded to nearest.</summary>
    /// <exception cref="SafetensorsException">The entry holds integers, does not fit in one array, or the file has become shorter.</exception>
    public float[] ReadF32()
    {
        if (!SafetensorsConvert.IsFloat(DType)) throw SafetensorsException.Entry(_file.Name, Name, $"holds {DType.Name()}, not floating-point values");
        if (Count > Array.MaxLength) throw SafetensorsException.Entry(_file.Name, Name, $"has {Count} values, which do not fit in one array");
        float[] values = new float[Count];
        if (DType == SafetensorsDType.F32 && BitConverter.IsLittleEndian) Read(MemoryMarshal.AsBytes(values.AsSpan()));
        else SafetensorsConvert.ToF32(DType, ReadBytes(), values);
        return values;
    }

    /// <summary>For example "block1.c1.bias: F32 (64)".</summary>
    public override string ToString() => $"{Name}: {DType.Name()} ({string.Join(", ", _shape)})";
}
