using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Device
{
    /// <summary>An F32 tensor with a copy of the values, row-major.</summary>
    /// <exception cref="ArgumentException">The number of values is not the shape's.</exception>
    public Tensor From(ReadOnlySpan<float> values, Shape shape) => From(MemoryMarshal.AsBytes(values), shape, DType.F32);

    /// <summary>An F64 tensor with a copy of the values, row-major.</summary>
    /// <exception cref="ArgumentException">The number of values is not the shape's.</exception>
    public Tensor From(ReadOnlySpan<double> values, Shape shape) => From(MemoryMarshal.AsBytes(values), shape, DType.F64);

    /// <summary>An F16 tensor with a copy of the values, row-major.</summary>
    /// <exception cref="ArgumentException">The number of values is not the shape's.</exception>
    public Tensor From(ReadOnlySpan<Half> values, Shape shape) => From(MemoryMarshal.AsBytes(values), shape, DType.F16);

    /// <summary>An I32 tensor with a copy of the values, row-major.</summary>
    /// <exception cref="ArgumentException">The number of values is not the shape's.</exception>
    public Tensor From(ReadOnlySpan<int> values, Shape shape) => From(MemoryMarshal.AsBytes(values), shape, DType.I32);

    /// <summary>An I64 tensor with a copy of the values, row-major.</summary>
    /// <exception cref="ArgumentException">The number of values is not the shape's.</exception>
    public Tensor From(ReadOnlySpan<long> values, Shape shape) => From(MemoryMarshal.AsBytes(values), shape, DType.I64);

    /// <summary>A U8 tensor with a copy of the values, row-major.</summary>
    /// <exception cref="ArgumentException">The number of values is not the shape's.</exception>
    public Tensor From(ReadOnlySpan<byte> values, Shape shape) => From(values, shape, DType.U8);

    /// <summary>A Bool tensor with a copy of the values, row-major.</summary>
    /// <exception cref="ArgumentException">The number of values is not the shape's.</exception>
    public Tensor From(ReadOnlySpan<bool> values, Shape shape) => From(MemoryMarshal.AsBytes(values), shape, DType.Bool);

    Tensor From(ReadOnlySpan<byte> bytes, Shape shape, DType type)
    {
        if (bytes.Length != shape.Count * type.Size())
            throw new ArgumentException(
                $"From: {bytes.Length / type.Size()} values were given for shape {shape}, which has {shape.Count}.");
        var t = Empty(shape, type).Named("From");
        Backend.Upload(bytes, t.View);
        return t;
    }
}
