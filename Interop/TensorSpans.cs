using System.Numerics.Tensors;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace Ssgan.Interop;

/// <summary>Tensors on the CPU as those of System.Numerics.Tensors, and back, without a copy.</summary>
public static unsafe class TensorSpans
{
    /// <summary>
    /// The tensor's memory, to be read and written; it counts as one write, after which a backward that needs the old values
    /// refuses. Not to be used after the tensor's end.
    /// </summary>
    /// <param name="tensor">On the CPU.</param>
    /// <typeparam name="T">The .NET type of its elements, as for <see cref="Engine.Tensor.ToArray{T}"/>.</typeparam>
    /// <exception cref="ArgumentException">It is on another device, or its elements are not T.</exception>
    public static TensorSpan<T> AsTensorSpan<T>(this Engine.Tensor tensor) where T : unmanaged
    {
        Check<T>(tensor);
        var view = tensor.MutableView;
        return new TensorSpan<T>((T*)view.Address, checked((nint)view.Count), Lengths(view.Shape), default);
    }

    /// <summary>The tensor's memory, to be read. Not to be used after the tensor's end.</summary>
    /// <inheritdoc cref="AsTensorSpan{T}"/>
    public static ReadOnlyTensorSpan<T> AsReadOnlyTensorSpan<T>(this Engine.Tensor tensor) where T : unmanaged
    {
        Check<T>(tensor);
        var view = tensor.View;
        return new ReadOnlyTensorSpan<T>((T*)view.Address, checked((nint)view.Count), Lengths(view.Shape), default);
    }

    /// <summary>
    /// A tensor over the array's memory, which is pinned until the tensor and all that share its memory have ended. Inside a
    /// scope the tensor is the scope's.
    /// </summary>
    /// <param name="device">A CPU.</param>
    /// <param name="values">Row-major.</param>
    /// <param name="shape">Of as many elements.</param>
    /// <exception cref="ArgumentException">The device is no CPU, the shape has another number of elements, or T is no element
    /// type.</exception>
    public static Engine.Tensor Share<T>(this Device device, Memory<T> values, Shape shape) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device.FreeBytes is not null) throw new ArgumentException($"Share: {device.Name} does not read the host's memory.");
        if (values.Length != shape.Count)
            throw new ArgumentException($"Share: {values.Length} values were given for shape {shape}, which has {shape.Count}.");
        if (DTypes.Of<T>() is not { } type) throw new ArgumentException($"Share: {typeof(T).Name} is not an element type.");
        if (values.IsEmpty) return device.Empty(shape, type);
        var pin = values.Pin();
        return device.Wrap((nint)pin.Pointer, shape, type, pin.Dispose);
    }

    static void Check<T>(Engine.Tensor tensor) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.Device.FreeBytes is not null)
            throw new ArgumentException($"AsTensorSpan: {tensor} is not in the host's memory; ToArray() copies it.");
        if (DTypes.Of<T>() != tensor.Type)
            throw new ArgumentException($"AsTensorSpan: {tensor} cannot be read as {typeof(T).Name}.");
    }

    static nint[] Lengths(Shape shape) => [.. shape.Select(static d => (nint)d)];
}
