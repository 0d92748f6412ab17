using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Interop;

/// <summary>
/// Tensors to and from other libraries of the process without a copy, by DLPack 1.x (dmlc/dlpack, dlpack.h): what Python passes
/// in capsules called "dltensor_versioned" are the addresses here. On CUDA the memory is ordered by this device's stream, so the
/// receiver waits for it, or the device is synchronised first.
/// </summary>
public static unsafe class DLPack
{
    const uint Major = 1, Minor = 1;

    /// <summary>
    /// The address of a DLManagedTensorVersioned over the tensor's memory, which stays alive, beyond the tensor and its scope,
    /// until the receiver calls the deleter: once, on any thread. Writes of the receiver are seen by the tensor.
    /// </summary>
    /// <param name="tensor">Of any type.</param>
    /// <param name="readOnly">Whether the receiver is told not to write.</param>
    public static nint Export(Tensor tensor, bool readOnly = false)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var shape = tensor.Shape;
        // Dimensions and strides lie behind the struct.
        var managed = (DLManagedTensorVersioned*)NativeMemory.AllocZeroed(
            (nuint)(sizeof(DLManagedTensorVersioned) + 2 * Math.Max(1, shape.Rank) * sizeof(long)));
        long* dims = (long*)(managed + 1), strides = dims + shape.Rank;
        long stride = 1;
        for (int i = shape.Rank - 1; i >= 0; i--)
        {
            (dims[i], strides[i]) = (shape[i], stride);
            stride *= shape[i];
        }
        var (code, bits) = Code(tensor.Type);
        bool cpu = DeviceOrdinal(tensor.Device) is not { } ordinal;
        *managed = new()
        {
            Version = new() { Major = Major, Minor = Minor },
            Context = GCHandle.ToIntPtr(GCHandle.Alloc(tensor.Alias(shape, null))),
            Deleter = &Delete,
            Flags = readOnly ? DLManagedTensorVersioned.ReadOnly : 0,
            Tensor = new()
            {
                Data = tensor.View.Address,
                Device = new() { Type = cpu ? DLDevice.Cpu : DLDevice.Cuda, Id = DeviceOrdinal(tensor.Device) ?? 0 },
                Rank = shape.Rank,
                Type = new() { Code = code, Bits = bits, Lanes = 1 },
                Shape = dims,
                Strides = strides,
            },
        };
        return (nint)managed;
    }

    /// <summary>
    /// A tensor over the memory of a DLManagedTensorVersioned, which it takes: the deleter is called once, when nothing holds the
    /// memory any more, or before this throws. Strides that are not dense and row-major, and memory that is marked read-only,
    /// are copied. Inside a scope the tensor is the scope's.
    /// </summary>
    /// <param name="device">Where the memory is.</param>
    /// <param name="managed">The struct's address, of major version 1.</param>
    /// <exception cref="ArgumentException">Another version or device, or a type, rank or strides that tensors do not have.
    /// </exception>
    public static Tensor Import(Device device, nint managed)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (managed == 0) throw new ArgumentException("Import: there is no struct at address 0.", nameof(managed));
        var from = (DLManagedTensorVersioned*)managed;
        Action release = () => Release(managed);
        try
        {
            if (from->Version.Major != Major)
            {
                throw new ArgumentException(
                    $"Import: the tensor is of DLPack {from->Version.Major}.{from->Version.Minor}; 1.x is read.");
            }
            var t = from->Tensor;
            CheckDevice(device, t.Device);
            var type = TypeOf(t.Type);
            if (t.Rank is < 0 or > Shape.MaxRank)
                throw new ArgumentException($"Import: the tensor has rank {t.Rank}, above the supported {Shape.MaxRank}.");
            var shape = Dimensions(t);
            nint address = t.Data + checked((nint)t.ByteOffset);
            if (shape.Count > 0 && IsDense(t, shape) && (from->Flags & DLManagedTensorVersioned.ReadOnly) == 0)
                return device.Wrap(address, shape, type, release);
            var copy = Copy(device, t, address, shape, type);
            release();
            return copy;
        }
        catch
        {
            Release(managed);
            throw;
        }
    }

    /// <summary>Calls the deleter of an exported struct that nobody took.</summary>
    /// <param name="managed">What <see cref="Export"/> gave; it is gone then.</param>
    public static void Release(nint managed)
    {
        var tensor = (DLManagedTensorVersioned*)managed;
        if (tensor != null && tensor->Deleter != null) tensor->Deleter(tensor);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void Delete(DLManagedTensorVersioned* managed)
    {
        var handle = GCHandle.FromIntPtr(managed->Context);
        ((Tensor)handle.Target!).Dispose();
        handle.Free();
        NativeMemory.Free(managed);
    }

    /// <summary>The number of a card, or null of the host.</summary>
    static int? DeviceOrdinal(Device device) =>
        device.Name.Split(':') is ["cuda", var number] ? int.Parse(number, CultureInfo.InvariantCulture) : null;

    static void CheckDevice(Device device, DLDevice from)
    {
        bool fits = DeviceOrdinal(device) is { } ordinal
            ? from.Type is DLDevice.Cuda or DLDevice.CudaManaged && from.Id == ordinal
            : from.Type is DLDevice.Cpu or DLDevice.CudaHost;
        if (!fits)
            throw new ArgumentException($"Import: the tensor is on DLPack's device {from.Type}:{from.Id}, not on {device.Name}.");
    }

    static Shape Dimensions(DLTensor t)
    {
        Span<int> dims = stackalloc int[t.Rank];
        for (int i = 0; i < t.Rank; i++)
        {
            if (t.Shape[i] is < 0 or > int.MaxValue)
                throw new ArgumentException($"Import: dimension {i} is {t.Shape[i]}, which tensors do not have.");
            dims[i] = (int)t.Shape[i];
        }
        return new Shape(dims);
    }

    static bool IsDense(DLTensor t, Shape shape)
    {
        long stride = 1;
        for (int i = shape.Rank - 1; i >= 0 && t.Strides != null; i--)
        {
            if (shape[i] != 1 && t.Strides[i] != stride) return false;
            stride *= shape[i];
        }
        return true;
    }

    static Tensor Copy(Device device, DLTensor t, nint address, Shape shape, DType type)
    {
        var y = device.Empty(shape, type);
        if (shape.Count == 0) return y;
        int size = type.Size();
        if (IsDense(t, shape))
        {
            device.Backend.Cast(new TensorView(address, shape, type), y.View);
            device.Backend.Synchronize();
            return y;
        }
        if (DeviceOrdinal(device) is not null)
        {
            y.Dispose();
            throw new ArgumentException("Import: the tensor on a GPU has strides that are not dense; make it contiguous first.");
        }
        byte* to = (byte*)y.View.Address;
        for (long i = 0; i < shape.Count; i++)
        {
            long rest = i, at = 0;
            for (int axis = shape.Rank - 1; axis >= 0; axis--)
            {
                at += rest % shape[axis] * t.Strides[axis];
                rest /= shape[axis];
            }
            Buffer.MemoryCopy((byte*)address + at * size, to + i * size, size, size);
        }
        return y;
    }

    static (byte Code, byte Bits) Code(DType type) => type switch
    {
        DType.I32 => (0, 32),
        DType.I64 => (0, 64),
        DType.U8 => (1, 8),
        DType.F16 => (2, 16),
        DType.F32 => (2, 32),
        DType.F64 => (2, 64),
        DType.BF16 => (4, 16),
        DType.Bool => (6, 8),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown element type."),
    };

    static DType TypeOf(DLDataType type)
    {
        foreach (var known in Enum.GetValues<DType>())
        {
            if (Code(known) == (type.Code, type.Bits) && type.Lanes == 1) return known;
        }
        throw new ArgumentException(
            $"Import: DLPack's type of code {type.Code}, {type.Bits} bits and {type.Lanes} lanes is no element type.");
    }
}
