using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

/// <summary>The types of .NET whose arrays tensors are made of and read as.</summary>
static class ElementType
{
    /// <summary>float: F32, double: F64, Half: F16, int: I32, long: I64, byte: U8, bool: Bool.</summary>
    /// <exception cref="InvalidOperationException">T is none of these.</exception>
    public static DType Of<T>(string caller) where T : unmanaged => DTypes.Of<T>()
        ?? throw new InvalidOperationException(
            $"{caller}: {typeof(T).Name} is not an element type; use float, double, Half, int, long, byte or bool.");
}
