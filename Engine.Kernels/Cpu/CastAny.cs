using System.Numerics;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

// Pairs of types that seldom meet, a few hundred elements at a time: integers by way of I64, others by way of F64.
public sealed unsafe partial class CpuBackend
{
    void CastAny(TensorView x, TensorView y) =>
        _workers.For(Blocks(y.Count), Grain, new CastAnyRange(x.U8, x.Type, y.U8, y.Type, y.Count));

    readonly struct CastAnyRange(byte* x, DType from, byte* y, DType to, long count) : IParallelBody
    {
        const int Some = 512;

        public void Invoke(int start, int end)
        {
            double* numbers = stackalloc double[Some];
            long last = Math.Min((long)end * BlockElements, count);
            for (long i = (long)start * BlockElements; i < last; i += Some)
            {
                int n = (int)Math.Min(Some, last - i);
                byte* source = x + i * from.Size(), result = y + i * to.Size();
                if (!from.IsFloat())
                {
                    long* whole = (long*)numbers;
                    Read(source, from, whole, n);
                    Write(whole, result, to, n);
                    continue;
                }
                Read(source, from, numbers, n);
                Write(numbers, result, to, n);
            }
        }
    }

    static void Read(byte* x, DType type, long* to, int count)
    {
        switch (type)
        {
            case DType.I64: for (int i = 0; i < count; i++) to[i] = ((long*)x)[i]; break;
            case DType.I32: for (int i = 0; i < count; i++) to[i] = ((int*)x)[i]; break;
            default: for (int i = 0; i < count; i++) to[i] = x[i]; break;
        }
    }

    static void Read(byte* x, DType type, double* to, int count)
    {
        switch (type)
        {
            case DType.F64: for (int i = 0; i < count; i++) to[i] = ((double*)x)[i]; break;
            case DType.F32: for (int i = 0; i < count; i++) to[i] = ((float*)x)[i]; break;
            case DType.F16: for (int i = 0; i < count; i++) to[i] = (double)((Half*)x)[i]; break;
            default: for (int i = 0; i < count; i++) to[i] = BFloat16.ToSingle(((ushort*)x)[i]); break;
        }
    }

    static void Write<T>(T* x, byte* y, DType type, int count) where T : unmanaged, INumber<T>
    {
        switch (type)
        {
            case DType.F64: for (int i = 0; i < count; i++) ((double*)y)[i] = double.CreateChecked(x[i]); break;
            case DType.F32: for (int i = 0; i < count; i++) ((float*)y)[i] = float.CreateChecked(x[i]); break;
            case DType.F16: for (int i = 0; i < count; i++) ((Half*)y)[i] = (Half)double.CreateChecked(x[i]); break;
            case DType.BF16:
                for (int i = 0; i < count; i++) ((ushort*)y)[i] = Conversion.ToBFloat16(float.CreateChecked(x[i]));
                break;
            case DType.Bool: for (int i = 0; i < count; i++) y[i] = T.IsZero(x[i]) ? (byte)0 : (byte)1; break;
            case DType.I64: for (int i = 0; i < count; i++) ((long*)y)[i] = Whole(x[i]); break;
            case DType.I32:
                for (int i = 0; i < count; i++) ((int*)y)[i] = (int)Math.Clamp(Whole(x[i]), int.MinValue, int.MaxValue);
                break;
            default: for (int i = 0; i < count; i++) y[i] = (byte)Math.Clamp(Whole(x[i]), 0, 255); break;
        }
    }

    static long Whole<T>(T x) where T : unmanaged, INumber<T> =>
        typeof(T) == typeof(long) ? long.CreateChecked(x) : Conversion.ToInt64(double.CreateChecked(x));
}
