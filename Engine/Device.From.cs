using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Device
{
    /// <summary>
    /// A tensor over memory that another owns, without a copy: dense and row-major, on this device, its address a multiple of the
    /// element's size. It must stay valid until <paramref name="release"/> is called, once, on whatever thread ends its last
    /// holder, be that a tensor, a view or a saved operand. Inside a scope the tensor is the scope's, outside it is the caller's
    /// to dispose.
    /// </summary>
    /// <param name="address">On the CPU a pointer of the process, on CUDA one of the device's context.</param>
    /// <param name="shape">The dimensions.</param>
    /// <param name="type">What is stored there.</param>
    /// <param name="release">Called when nothing uses the memory any more; work on a GPU may still be queued.</param>
    /// <exception cref="ArgumentException">The address is 0 or no multiple of the element's size.</exception>
    public Tensor Wrap(nint address, Shape shape, DType type, Action release)
    {
        ArgumentNullException.ThrowIfNull(release);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (address == 0 || address % type.Size() != 0)
            throw new ArgumentException($"Wrap: the address {address} is no place for elements of {type}.", nameof(address));
        if (_depth > 0) CheckThread(Environment.CurrentManagedThreadId);
        return new Tensor(new Storage(this, address, release), shape, type, "Wrap").Adopt();
    }

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
