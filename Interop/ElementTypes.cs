using Ssgan.Engine.Kernels;

namespace Ssgan.Interop;

/// <summary>Element types by the .NET types that they are read as.</summary>
static class ElementTypes
{
    /// <summary>The type whose elements T is, or null.</summary>
    public static DType? Of<T>() where T : unmanaged =>
        typeof(T) == typeof(float) ? DType.F32
        : typeof(T) == typeof(double) ? DType.F64
        : typeof(T) == typeof(Half) ? DType.F16
        : typeof(T) == typeof(int) ? DType.I32
        : typeof(T) == typeof(long) ? DType.I64
        : typeof(T) == typeof(byte) ? DType.U8
        : typeof(T) == typeof(bool) ? DType.Bool : null;
}
