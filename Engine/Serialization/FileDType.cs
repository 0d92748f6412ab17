using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Serialization;

/// <summary>The element types of tensors in files that this library knows.</summary>
public enum FileDType
{
    /// <summary>A truth value: a byte that is 0 or 1.</summary>
    Bool,
    /// <summary>Unsigned byte.</summary>
    U8,
    /// <summary>Signed byte.</summary>
    I8,
    /// <summary>Signed 16-bit integer.</summary>
    I16,
    /// <summary>Signed 32-bit integer.</summary>
    I32,
    /// <summary>Signed 64-bit integer.</summary>
    I64,
    /// <summary>IEEE 754 half precision.</summary>
    F16,
    /// <summary>bfloat16: the upper half of a single.</summary>
    BF16,
    /// <summary>IEEE 754 single precision.</summary>
    F32,
    /// <summary>IEEE 754 double precision.</summary>
    F64,
}

/// <summary>Facts about the element types of files.</summary>
public static class FileDTypes
{
    static readonly (FileDType Type, string Name, int Size)[] All =
    [
        (FileDType.Bool, "BOOL", 1), (FileDType.U8, "U8", 1), (FileDType.I8, "I8", 1), (FileDType.I16, "I16", 2),
        (FileDType.I32, "I32", 4), (FileDType.I64, "I64", 8), (FileDType.F16, "F16", 2), (FileDType.BF16, "BF16", 2),
        (FileDType.F32, "F32", 4), (FileDType.F64, "F64", 8),
    ];

    /// <summary>Bytes of one element.</summary>
    public static int Size(this FileDType type) => Of(type).Size;

    /// <summary>The type's name in the header of a safetensors file, and in messages about any file.</summary>
    public static string Name(this FileDType type) => Of(type).Name;

    /// <summary>Whether the type holds floating-point values, which <see cref="FileConvert"/> makes singles of.</summary>
    public static bool IsFloat(this FileDType type) =>
        type is FileDType.F16 or FileDType.BF16 or FileDType.F32 or FileDType.F64;

    /// <summary>How a tensor of this type is stored.</summary>
    public static FileDType InFiles(this DType type) => type switch
    {
        DType.F32 => FileDType.F32,
        DType.BF16 => FileDType.BF16,
        DType.I32 => FileDType.I32,
        DType.U8 => FileDType.U8,
        DType.F16 => FileDType.F16,
        DType.F64 => FileDType.F64,
        DType.I64 => FileDType.I64,
        DType.Bool => FileDType.Bool,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown element type."),
    };

    /// <summary>Finds the type a safetensors header names; false for one this library does not know.</summary>
    public static bool TryParse(string name, out FileDType type)
    {
        ArgumentNullException.ThrowIfNull(name);
        foreach (var known in All)
        {
            if (known.Name != name) continue;
            type = known.Type;
            return true;
        }
        type = default;
        return false;
    }

    /// <summary>Bytes of a tensor, or null where they do not fit 63 bits or a dimension is negative.</summary>
    internal static long? ByteLength(this FileDType type, ReadOnlySpan<long> shape)
    {
        long bytes = type.Size();
        foreach (long dim in shape)
        {
            var product = (Int128)bytes * dim;
            if (dim < 0 || product > long.MaxValue) return null;
            bytes = (long)product;
        }
        return bytes;
    }

    // The members stand in the order of the table.
    static (FileDType Type, string Name, int Size) Of(FileDType type) => (uint)type < (uint)All.Length ? All[(int)type]
        : throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown element type.");
}
