using System.Numerics;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void Fill(TensorView y, float value)
    {
        switch (y.Type)
        {
            case DType.F32: Fill(y.F32, value, y.Count); break;
            case DType.I32: Fill(y.I32, Conversion.ToInt32(value), y.Count); break;
            case DType.U8: Fill(y.U8, Conversion.ToByte(value), y.Count); break;
            case DType.BF16: Fill((ushort*)y.Address, Conversion.ToBFloat16(value), y.Count); break;
            case DType.F16: Fill((Half*)y.Address, (Half)value, y.Count); break;
            case DType.F64: Fill((double*)y.Address, value, y.Count); break;
            case DType.I64: Fill((long*)y.Address, Conversion.ToInt64(value), y.Count); break;
            case DType.Bool: Fill(y.U8, value != 0 ? (byte)1 : (byte)0, y.Count); break;
            default: throw new ArgumentException($"Fill: {y.Type} is no element type.", nameof(y));
        }
    }

    /// <inheritdoc/>
    public override void Cast(TensorView x, TensorView y)
    {
        switch (x.Type, y.Type)
        {
            case (DType.F32, DType.I32): Convert<FloatToInt32>(x, y); break;
            case (DType.I32, DType.F32): Convert<Int32ToFloat>(x, y); break;
            case (DType.F32, DType.U8): Convert<FloatToByte>(x, y); break;
            case (DType.U8, DType.F32): Convert<ByteToFloat>(x, y); break;
            case (DType.I32, DType.U8): Convert<Int32ToByte>(x, y); break;
            case (DType.U8, DType.I32): Convert<ByteToInt32>(x, y); break;
            case (DType.F32, DType.BF16): Convert<FloatToBFloat16>(x, y); break;
            case (DType.BF16, DType.F32): Convert<BFloat16ToFloat>(x, y); break;
            case (DType.F32, DType.F16): Convert<FloatToHalf>(x, y); break;
            case (DType.F16, DType.F32): Convert<HalfToFloat>(x, y); break;
            case (var from, var to) when from == to: Convert<SameBytes>(x, y); break;
            default: CastAny(x, y); break;
        }
    }

    void Fill<T>(T* y, T value, long count) where T : unmanaged =>
        _workers.For(Blocks(count), Grain, new FillRange<T>(y, value, count));

    void Convert<TConvert>(TensorView x, TensorView y) where TConvert : unmanaged, IConvert =>
        _workers.For(Blocks(y.Count), Grain, new ConvertRange<TConvert>(x.U8, x.Type.Size(), y.U8, y.Type.Size(), y.Count));

    readonly struct FillRange<T>(T* y, T value, long count) : IParallelBody where T : unmanaged
    {
        public void Invoke(int start, int end)
        {
            for (int i = start; i < end; i++)
            {
                long from = (long)i * BlockElements;
                new Span<T>(y + from, (int)Math.Min(BlockElements, count - from)).Fill(value);
            }
        }
    }

    readonly struct ConvertRange<TConvert>(byte* x, int xSize, byte* y, int ySize, long count)
        : IParallelBody where TConvert : unmanaged, IConvert
    {
        public void Invoke(int start, int end)
        {
            for (int i = start; i < end; i++)
            {
                long from = (long)i * BlockElements;
                TConvert.Run(x + from * xSize, y + from * ySize, (int)Math.Min(BlockElements, count - from), ySize);
            }
        }
    }

    /// <summary>Converts a run of elements between two types.</summary>
    interface IConvert
    {
        static abstract void Run(byte* x, byte* y, int count, int size);
    }

    readonly struct SameBytes : IConvert
    {
        public static void Run(byte* x, byte* y, int count, int size) =>
            Buffer.MemoryCopy(x, y, (long)count * size, (long)count * size);
    }

    readonly struct FloatToInt32 : IConvert
    {
        public static void Run(byte* x, byte* y, int count, int size)
        {
            float* from = (float*)x;
            int* to = (int*)y;
            int i = 0;
            for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector.Store(Vector.ConvertToInt32(Vector.Round(Vector.Load(from + i))), to + i);
            }
            for (; i < count; i++) to[i] = Conversion.ToInt32(from[i]);
        }
    }

    readonly struct Int32ToFloat : IConvert
    {
        public static void Run(byte* x, byte* y, int count, int size)
        {
            int* from = (int*)x;
            float* to = (float*)y;
            int i = 0;
            for (; i <= count - Vector<int>.Count; i += Vector<int>.Count)
                Vector.Store(Vector.ConvertToSingle(Vector.Load(from + i)), to + i);
            for (; i < count; i++) to[i] = from[i];
        }
    }

    readonly struct FloatToByte : IConvert
    {
        public static void Run(byte* x, byte* y, int count, int size)
        {
            float* from = (float*)x;
            int i = 0, lanes = Vector<float>.Count;
            for (; i <= count - 4 * lanes; i += 4 * lanes)
            {
                var low = Vector.Narrow(Limited(from + i), Limited(from + i + lanes));
                var high = Vector.Narrow(Limited(from + i + 2 * lanes), Limited(from + i + 3 * lanes));
                Vector.Store(Vector.Narrow(Vector.AsVectorUInt16(low), Vector.AsVectorUInt16(high)), y + i);
            }
            for (; i < count; i++) y[i] = Conversion.ToByte(from[i]);
        }

        /// <summary>Rounded and within [0, 255]. A NaN fails both comparisons and becomes 0.</summary>
        static Vector<int> Limited(float* x)
        {
            Vector<float> v = Vector.Load(x), high = Vector.Create(255f);
            v = Vector.ConditionalSelect(Vector.GreaterThan(v, high), high, v);
            v = Vector.ConditionalSelect(Vector.GreaterThan(v, Vector<float>.Zero), v, Vector<float>.Zero);
            return Vector.ConvertToInt32Native(Vector.Round(v));
        }
    }

    readonly struct ByteToFloat : IConvert
    {
        public static void Run(byte* x, byte* y, int count, int size)
        {
            float* to = (float*)y;
            int i = 0, lanes = Vector<float>.Count;
            for (; i <= count - Vector<byte>.Count; i += Vector<byte>.Count)
            {
                Vector.Widen(Vector.Load(x + i), out var low, out var high);
                Vector.Widen(low, out var v0, out var v1);
                Vector.Widen(high, out var v2, out var v3);
                Vector.Store(Vector.ConvertToSingle(Vector.AsVectorInt32(v0)), to + i);
                Vector.Store(Vector.ConvertToSingle(Vector.AsVectorInt32(v1)), to + i + lanes);
                Vector.Store(Vector.ConvertToSingle(Vector.AsVectorInt32(v2)), to + i + 2 * lanes);
                Vector.Store(Vector.ConvertToSingle(Vector.AsVectorInt32(v3)), to + i + 3 * lanes);
            }
            for (; i < count; i++) to[i] = x[i];
        }
    }

    readonly struct Int32ToByte : IConvert
    {
        public static void Run(byte* x, byte* y, int count, int size)
        {
            int* from = (int*)x;
            for (int i = 0; i < count; i++) y[i] = (byte)Math.Clamp(from[i], 0, 255);
        }
    }

    readonly struct ByteToInt32 : IConvert
    {
        public static void Run(byte* x, byte* y, int count, int size)
        {
            int* to = (int*)y;
            for (int i = 0; i < count; i++) to[i] = x[i];
        }
    }
}
