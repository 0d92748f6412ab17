using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    static readonly KernelFamily s_fill = new("cast", "fill");
    static readonly KernelFamily s_castF32 = new("cast", "cast_f32"), s_castBf16 = new("cast", "cast_bf16");
    static readonly KernelFamily s_castI32 = new("cast", "cast_i32"), s_castU8 = new("cast", "cast_u8");
    static readonly KernelFamily s_castF16 = new("cast", "cast_f16"), s_castAny = new("cast", "cast_any");

    /// <inheritdoc/>
    public override void Fill(TensorView y, float value)
    {
        if (y.Count == 0) return;
        ulong pattern = y.Type switch
        {
            DType.F32 => BitConverter.SingleToUInt32Bits(value) * 0x1_0000_0001ul,
            DType.I32 => (uint)Conversion.ToInt32(value) * 0x1_0000_0001ul,
            DType.BF16 => Conversion.ToBFloat16(value) * 0x1_0001_0001_0001ul,
            DType.F16 => BitConverter.HalfToUInt16Bits((Half)value) * 0x1_0001_0001_0001ul,
            DType.U8 => Conversion.ToByte(value) * 0x101_0101_0101_0101ul,
            DType.Bool => value != 0 ? 0x101_0101_0101_0101ul : 0,
            DType.F64 => BitConverter.DoubleToUInt64Bits(value),
            DType.I64 => (ulong)Conversion.ToInt64(value),
            _ => throw new ArgumentException($"Fill: {y.Type} is no element type.", nameof(y)),
        };
        // One kernel for every type: it works on bytes.
        var args = new FillArgs { Y = y.Address, Bytes = y.Bytes, Pattern = pattern, Size = y.Type.Size() };
        Launch(s_fill, DType.U8, GridStride((y.Bytes + 15) / 16), args);
    }

    /// <inheritdoc/>
    public override void Cast(TensorView x, TensorView y)
    {
        if (y.Count == 0) return;
        if (x.Type == y.Type)
        {
            CopyBytes(x.Address, y.Address, y.Bytes);
            return;
        }
        var kernel = (x.Type, y.Type) switch
        {
            (DType.F32, DType.F16) => s_castF32,
            (DType.F16, DType.F32) => s_castF16,
            (_, DType.F16 or DType.F64 or DType.I64 or DType.Bool) => null,
            (DType.F32, _) => s_castF32,
            (DType.BF16, _) => s_castBf16,
            (DType.I32, _) => s_castI32,
            (DType.U8, _) => s_castU8,
            _ => null,
        };
        if (kernel is null)
        {
            Launch(s_castAny, DType.U8, GridStride(y.Count), new CastAnyArgs
            {
                X = x.Address, Y = y.Address, Count = y.Count, From = (int)x.Type, To = (int)y.Type,
            });
            return;
        }
        int width = 16 / Math.Max(x.Type.Size(), y.Type.Size());
        Launch(kernel, y.Type, GridStride((y.Count + width - 1) / width),
            new CastArgs { X = x.Address, Y = y.Address, Count = y.Count });
    }

    [StructLayout(LayoutKind.Sequential)]
    struct CastArgs
    {
        public nint X, Y;
        public long Count;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct CastAnyArgs
    {
        public nint X, Y;
        public long Count;
        public int From, To;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct FillArgs
    {
        public nint Y;
        public long Bytes;
        public ulong Pattern;
        public int Size;
    }
}
