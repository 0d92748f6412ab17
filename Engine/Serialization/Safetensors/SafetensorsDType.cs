using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Serialization;

/// <summary>The element types of safetensors files that this library knows; members are named as in the file's header.</summary>
public enum SafetensorsDType
{
    /// <summary>Unsigned byte.</summary>
    U8,
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

/// <summary>Facts about safetensors element types.</summary>
public static class SafetensorsDTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this SafetensorsDType type) => type switch
    {
        SafetensorsDType.U8 => 1,
        SafetensorsDType.F16 or SafetensorsDType.BF16 => 2,
        SafetensorsDType.I32 or SafetensorsDType.F32 => 4,
        SafetensorsDType.I64 or SafetensorsDType.F64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown safetensors element type."),
    };

    /// <summary>How a tensor of this type is stored.</summary>
    public static SafetensorsDType InFiles(this DType type) => type switch
    {
        DType.F32 => SafetensorsDType.F32,
        DType.BF16 => SafetensorsDType.BF16,
        DType.I32 => SafetensorsDType.I32,
        DType.U8 => SafetensorsDType.U8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown element type."),
    };

    /// <summary>The type's name in a file's header.</summary>
    public static string Name(this SafetensorsDType type) => type switch
    {
        SafetensorsDType.U8 => "U8",
        SafetensorsDType.I32 => "I32",
        SafetensorsDType.I64 => "I64",
        SafetensorsDType.F16 => "F16",
        SafetensorsDType.BF16 => "BF16",
        SafetensorsDType.F32 => "F32",
        SafetensorsDType.F64 => "F64",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown safetensors element type."),
    };

    /// <summary>Finds the type a header names; false for one this library does not know.</summary>
    public static bool TryParse(string name, out SafetensorsDType type)
    {
        ArgumentNullException.ThrowIfNull(name);
        SafetensorsDType? found = name switch
        {
            "U8" => SafetensorsDType.U8,
            "I32" => SafetensorsDType.I32,
            "I64" => SafetensorsDType.I64,
            "F16" => SafetensorsDType.F16,
            "BF16" => SafetensorsDType.BF16,
            "F32" => SafetensorsDType.F32,
            "F64" => SafetensorsDType.F64,
            _ => null,
        };
        type = found.GetValueOrDefault();
        return found is not null;
    }
}
