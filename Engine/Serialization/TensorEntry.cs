using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Ssgan.Engine.Serialization;

/// <summary>
/// One tensor of an open <see cref="TensorFile"/>; its bytes are read on demand, little-endian and row-major, however the file
/// has them.
/// </summary>
public abstract class TensorEntry
{
    readonly TensorFile _file;
    readonly long[] _shape;

    /// <summary>The shape's size in bytes must be known to fit 63 bits.</summary>
    private protected TensorEntry(TensorFile file, string name, FileDType type, long[] shape)
    {
        (_file, _shape, Name, DType) = (file, shape, name, type);
        ByteLength = type.ByteLength(shape) ?? throw new ArgumentException("The size overflows.", nameof(shape));
    }

    /// <summary>The key in the file.</summary>
    public string Name { get; }

    /// <summary>The element type.</summary>
    public FileDType DType { get; }

    /// <summary>The dimensions, outermost first; empty for a scalar.</summary>
    public ReadOnlySpan<long> Shape => _shape;

    /// <summary>Number of elements.</summary>
    public long Count => ByteLength / DType.Size();

    /// <summary>Bytes of the data: count times element size.</summary>
    public long ByteLength { get; }

    /// <summary>
    /// Fills <paramref name="destination"/> with the data from byte <paramref name="offset"/> on: a large tensor can
    /// be read in pieces.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the entry.</exception>
    /// <exception cref="TensorFileException">The file has changed since it was opened.</exception>
    public void Read(Span<byte> destination, long offset = 0)
    {
        if (offset < 0 || offset > ByteLength - destination.Length)
            throw new ArgumentOutOfRangeException(nameof(offset), offset,
                $"Entry '{Name}' has {ByteLength} bytes; {destination.Length} from {offset} are not there.");
        ReadInside(destination, offset);
    }

    private protected abstract void ReadInside(Span<byte> destination, long offset);

    /// <summary>All bytes in one array.</summary>
    /// <exception cref="TensorFileException">They do not fit in one array, or the file has changed.</exception>
    public byte[] ReadBytes()
    {
        if (ByteLength > Array.MaxLength)
            throw _file.Refused(Name, $"has {ByteLength} bytes, which do not fit in one array");
        byte[] bytes = new byte[ByteLength];
        Read(bytes);
        return bytes;
    }

    /// <summary>
    /// All values as singles: F32 as they are, F16 and BF16 exactly, F64 rounded to nearest. Every one is finite.
    /// </summary>
    /// <exception cref="TensorFileException">
    /// The entry holds integers, NaN, infinity or a number beyond F32, does not fit in one array, or the file has changed.
    /// </exception>
    public float[] ReadF32()
    {
        if (!DType.IsFloat())
            throw _file.Refused(Name, $"holds {DType.Name()}, not floating-point values");
        if (Count > Array.MaxLength)
            throw _file.Refused(Name, $"has {Count} values, which do not fit in one array");
        float[] values = new float[Count];
        if (DType == FileDType.F32 && BitConverter.IsLittleEndian) Read(MemoryMarshal.AsBytes(values.AsSpan()));
        else FileConvert.ToF32(DType, ReadBytes(), values);
        int bad = values.AsSpan().IndexOfNonFinite();
        if (bad >= 0) throw NonFinite(bad, values[bad]);
        return values;
    }

    /// <summary>
    /// Reads the entry through, in pieces, to see that <see cref="ReadF32"/> would take its values; integers always pass.
    /// </summary>
    /// <param name="nonNegative">Whether a number below 0 is refused as well, as that of a variance is.</param>
    /// <exception cref="TensorFileException">
    /// It holds NaN, infinity, a number beyond F32 or one below 0 that may not be, or the file has changed.
    /// </exception>
    public void CheckFinite(bool nonNegative = false)
    {
        if (!DType.IsFloat()) return;
        const int Piece = 1 << 14;
        int size = DType.Size();
        byte[] bytes = new byte[(int)Math.Min(Count, Piece) * size];
        float[] values = new float[bytes.Length / size];
        for (long start = 0; start < Count; start += Piece)
        {
            int n = (int)Math.Min(Piece, Count - start);
            Read(bytes.AsSpan(0, n * size), start * size);
            FileConvert.ToF32(DType, bytes.AsSpan(0, n * size), values.AsSpan(0, n));
            int bad = values.AsSpan(0, n).IndexOfNonFinite();
            if (bad >= 0) throw NonFinite(start + bad, values[bad]);
            int negative = nonNegative ? values.AsSpan(0, n).IndexOfAnyInRange(float.MinValue, -float.Epsilon) : -1;
            if (negative >= 0)
                throw _file.Refused(Name, string.Create(CultureInfo.InvariantCulture,
                    $"holds {values[negative]:R} at {Position(start + negative)}, and no value of it may be negative"));
        }
    }

    TensorFileException NonFinite(long index, float value)
    {
        string what = float.IsNaN(value) ? "NaN" : value > 0 ? "infinity" : "-infinity";
        if (DType == FileDType.F64 && !float.IsNaN(value))
        {
            Span<byte> stored = stackalloc byte[sizeof(double)];
            Read(stored, index * sizeof(double));
            double wide = BinaryPrimitives.ReadDoubleLittleEndian(stored);
            if (double.IsFinite(wide)) what = string.Create(CultureInfo.InvariantCulture, $"{wide:R}, which is beyond F32,");
        }
        return _file.Refused(Name, $"holds {what} at {Position(index)}; every value must be finite");
    }

    /// <summary>A place in the tensor by its indices, "[3, 0]".</summary>
    string Position(long index)
    {
        var place = new long[_shape.Length];
        for (int i = place.Length - 1; i >= 0; i--) (index, place[i]) = Math.DivRem(index, _shape[i]);
        return $"[{string.Join(", ", place)}]";
    }

    /// <summary>For example "block1.c1.bias: F32 (64)".</summary>
    public override string ToString() => $"{Name}: {DType.Name()} ({string.Join(", ", _shape)})";
}
