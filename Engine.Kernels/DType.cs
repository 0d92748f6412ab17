namespace Ssgan.Engine.Kernels;

/// <summary>
/// Element types. Products and convolutions are F32, or BF16 where a device computes in it; the table of docs/operations.md says
/// what else takes which.
/// </summary>
public enum DType
{
    /// <summary>IEEE 754 single precision.</summary>
    F32,
    /// <summary>bfloat16 storage with F32 arithmetic.</summary>
    BF16,
    /// <summary>Signed 32-bit integer: labels, indices and counters.</summary>
    I32,
    /// <summary>Unsigned byte: pixels.</summary>
    U8,
    /// <summary>IEEE 754 half precision, storage with F32 arithmetic.</summary>
    F16,
    /// <summary>IEEE 754 double precision.</summary>
    F64,
    /// <summary>Signed 64-bit integer.</summary>
    I64,
    /// <summary>A byte that is 0 (false) or 1 (true): what comparisons give, and masks.</summary>
    Bool,
}

/// <summary>Facts about element types.</summary>
public static class DTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this DType type) => type switch
    {
        DType.F64 or DType.I64 => 8,
        DType.F32 or DType.I32 => 4,
        DType.BF16 or DType.F16 => 2,
        DType.U8 or DType.Bool => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown element type."),
    };

    /// <summary>
    /// The type whose elements T is: float F32, double F64, Half F16, int I32, long I64, byte U8, bool Bool; null if none.
    /// </summary>
    public static DType? Of<T>() where T : unmanaged =>
        typeof(T) == typeof(float) ? DType.F32
        : typeof(T) == typeof(double) ? DType.F64
        : typeof(T) == typeof(Half) ? DType.F16
        : typeof(T) == typeof(int) ? DType.I32
        : typeof(T) == typeof(long) ? DType.I64
        : typeof(T) == typeof(byte) ? DType.U8
        : typeof(T) == typeof(bool) ? DType.Bool : null;

    /// <summary>Whether its values are floating-point numbers.</summary>
    public static bool IsFloat(this DType type) => type is DType.F32 or DType.BF16 or DType.F16 or DType.F64;

    /// <summary>
    /// Whether it is computed in as it is stored, by <see cref="Backend.ArithmeticExact"/> and its kin: F64 and integers. F32
    /// and the 16-bit types are computed in F32, by functors.
    /// </summary>
    public static bool IsExact(this DType type) => type is DType.F64 or DType.I64 or DType.I32 or DType.U8 or DType.Bool;
}
