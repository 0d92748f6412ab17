using System.Buffers.Binary;

namespace Ssgan.Engine.Serialization;

/// <summary>Conversion of stored floating-point values to singles.</summary>
public static class FileConvert
{
    /// <summary>
    /// Converts little-endian <paramref name="bytes"/> of a floating type: F16 and BF16 exactly, F64 rounded to nearest.
    /// </summary>
    /// <exception cref="ArgumentException">The type holds integers, or the lengths do not fit together.</exception>
    public static void ToF32(FileDType type, ReadOnlySpan<byte> bytes, Span<float> values)
    {
        if (!type.IsFloat()) throw new ArgumentException($"{type} does not hold floating-point values.", nameof(type));
        int size = type.Size();
        if (bytes.Length != (long)values.Length * size)
            throw new ArgumentException($"{bytes.Length} bytes are not {values.Length} values of {type.Name()}.", nameof(bytes));
        for (int i = 0; i < values.Length; i++)
        {
            var b = bytes.Slice(i * size, size);
            values[i] = type switch
            {
                FileDType.F16 => (float)BinaryPrimitives.ReadHalfLittleEndian(b),
                FileDType.BF16 => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadInt16LittleEndian(b) << 16),
                FileDType.F64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(b),
                _ => BinaryPrimitives.ReadSingleLittleEndian(b),
            };
        }
    }

    /// <summary>Where the first NaN or infinity is; −1 where there is none.</summary>
    internal static int IndexOfNonFinite(this Span<float> values)
    {
        for (int i = 0; i < values.Length; i++) if (!float.IsFinite(values[i])) return i;
        return -1;
    }
}
