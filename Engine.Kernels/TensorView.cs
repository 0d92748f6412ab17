namespace Ssgan.Engine.Kernels;

/// <summary>
/// A typed, shaped window on device memory: what primitives take. It owns nothing. The address is a host pointer on the
/// CPU and a device pointer on CUDA; it is 64-byte aligned where the view begins an allocation.
/// </summary>
public readonly record struct TensorView(nint Address, Shape Shape, DType Type)
{
    /// <summary>Number of elements.</summary>
    public long Count => Shape.Count;

    /// <summary>Number of bytes.</summary>
    public long Bytes => Shape.Count * Type.Size();

    /// <summary>The same memory with another shape of as many elements.</summary>
    public TensorView As(Shape shape) => new(Address, shape, Type);

    /// <summary>The memory as floats. The caller has checked the type.</summary>
    internal unsafe float* F32 => (float*)Address;

    /// <summary>The memory as 32-bit integers. The caller has checked the type.</summary>
    internal unsafe int* I32 => (int*)Address;

    /// <summary>The memory as bytes. The caller has checked the type.</summary>
    internal unsafe byte* U8 => (byte*)Address;
}
