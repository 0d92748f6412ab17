using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    static readonly KernelFamily s_fill = new("cast", "fill");
    static readonly KernelFamily s_castF32 = new("cast", "cast_f32"), s_castBf16 = new("cast", "cast_bf16");
    static readonly KernelFamily s_castI32 = new("cast", "cast_i32"), s_castU8 = new("cast", "cast_u8");

    public override void Fill(TensorView y, float value)
    {
        if (y.Count == 0) return;
        uint pattern = y.Type switch
        {
            DType.F32 => BitConverter.SingleToUInt32Bits(value),
            DType.I32 => (uint)Conversion.ToInt32(value),
            DType.BF16 => Conversion.ToBFloat16(value) * 0x10001u,
            DType.U8 => Conversion.ToByte(value) * 0x1010101u,
            _ => throw new ArgumentException($"Fill: {y.Type} is no element type.", nameof(y)),
        };
        // One kernel for every type: it works on bytes.
        var args = new FillArgs { Y = y.Address, Bytes = y.Bytes, Pattern = pattern, Size = y.Type.Size() };
        Launch(s_fill, DType.U8, GridStride((y.Bytes + 15) / 16), args);
    }

    public override void Cast(TensorView x, TensorView y)
    {
        if (y.Count == 0) return;
        if (x.Type == y.Type)
        {
            CopyBytes(x.Address, y.Address, y.Bytes);
            return;
        }
        var kernel = x.Type switch
        {
            DType.F32 => s_castF32,
            DType.BF16 => s_castBf16,
            DType.I32 => s_castI32,
            DType.U8 => s_castU8,
            _ => throw new ArgumentException($"Cast: {x.Type} is no element type.", nameof(x)),
        };
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
    struct FillArgs
    {
        public nint Y;
        public long Bytes;
        public uint Pattern;
        public int Size;
    }
}
