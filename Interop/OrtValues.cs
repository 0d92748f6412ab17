using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Tensor = Ssgan.Engine.Tensor;

namespace Ssgan.Interop;

/// <summary>Tensors on the CPU as values of ONNX Runtime, and back, without a copy.</summary>
public static unsafe class OrtValues
{
    /// <summary>
    /// A value over the tensor's memory: what a session reads, or binds as an output and so writes into the tensor. Dispose it
    /// before the tensor ends.
    /// </summary>
    /// <param name="tensor">On the CPU.</param>
    /// <exception cref="ArgumentException">It is on another device.</exception>
    public static OrtValue AsOrtValue(this Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.Device.FreeBytes is not null)
            throw new ArgumentException($"AsOrtValue: {tensor} is not in the host's memory; ToArray() copies it.");
        var view = tensor.MutableView;
        return OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, Stored(view.Type),
            [.. view.Shape.Select(static d => (long)d)], view.Address, view.Bytes);
    }

    /// <summary>
    /// A tensor over a value's memory, such as a session's output. The value is the tensor's from then on: it is disposed when
    /// the tensor and all that share its memory have ended, or before this throws. Inside a scope the tensor is the scope's.
    /// </summary>
    /// <param name="device">A CPU.</param>
    /// <param name="value">A dense tensor in the host's memory.</param>
    /// <exception cref="ArgumentException">The device is no CPU, or the value's type or rank is none that tensors have.
    /// </exception>
    public static Tensor Take(this Device device, OrtValue value)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(value);
        try
        {
            if (device.FreeBytes is not null)
                throw new ArgumentException($"Take: {device.Name} does not read the host's memory.");
            var info = value.GetTensorTypeAndShape();
            var type = TypeOf(info.ElementDataType);
            if (info.Shape.Length > Shape.MaxRank)
            {
                throw new ArgumentException(
                    $"Take: the value has rank {info.Shape.Length}, above the supported {Shape.MaxRank}.");
            }
            var shape = new Shape([.. info.Shape.Select(static d => checked((int)d))]);
            if (shape.Count > 0)
            {
                fixed (byte* data = value.GetTensorMutableRawData()) return device.Wrap((nint)data, shape, type, value.Dispose);
            }
            value.Dispose();
            return device.Empty(shape, type);
        }
        catch
        {
            value.Dispose();
            throw;
        }
    }

    static TensorElementType Stored(DType type) => type switch
    {
        DType.F32 => TensorElementType.Float,
        DType.F64 => TensorElementType.Double,
        DType.F16 => TensorElementType.Float16,
        DType.BF16 => TensorElementType.BFloat16,
        DType.I32 => TensorElementType.Int32,
        DType.I64 => TensorElementType.Int64,
        DType.U8 => TensorElementType.UInt8,
        DType.Bool => TensorElementType.Bool,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown element type."),
    };

    static DType TypeOf(TensorElementType type)
    {
        foreach (var known in Enum.GetValues<DType>()) if (Stored(known) == type) return known;
        throw new ArgumentException($"Take: ONNX Runtime's type {type} is no element type.");
    }
}
