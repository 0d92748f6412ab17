using System.Numerics;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    readonly struct FloatToBFloat16 : IConvert
    {
        public static void Run(byte* x, byte* y, int count, int size)
        {
            float* from = (float*)x;
            ushort* to = (ushort*)y;
            int i = 0, lanes = Vector<float>.Count;
            for (; i <= count - 2 * lanes; i += 2 * lanes)
            {
                Vector.Store(Vector.Narrow(Conversion.ToBFloat16(Vector.Load(from + i)),
                    Conversion.ToBFloat16(Vector.Load(from + i + lanes))), to + i);
            }
            for (; i < count; i++) to[i] = Conversion.ToBFloat16(from[i]);
        }
    }

    readonly struct BFloat16ToFloat : IConvert
    {
        public static void Run(byte* x, byte* y, int count, int size)
        {
            ushort* from = (ushort*)x;
            uint* to = (uint*)y;
            int i = 0, lanes = Vector<float>.Count;
            for (; i <= count - 2 * lanes; i += 2 * lanes)
            {
                Vector.Widen(Vector.Load(from + i), out var low, out var high);
                Vector.Store(Vector.ShiftLeft(low, 16), to + i);
                Vector.Store(Vector.ShiftLeft(high, 16), to + i + lanes);
            }
            for (; i < count; i++) to[i] = (uint)from[i] << 16;
        }
    }

    readonly struct FloatToHalf : IConvert
    {
        public static void Run(byte* x, byte* y, int count, int size)
        {
            float* from = (float*)x;
            Half* to = (Half*)y;
            int i = 0, lanes = Vector<float>.Count;
            for (; i <= count - 2 * lanes; i += 2 * lanes)
            {
                Vector.Store(Vector.Narrow(Conversion.ToHalf(Vector.Load(from + i)),
                    Conversion.ToHalf(Vector.Load(from + i + lanes))), (ushort*)to + i);
            }
            for (; i < count; i++) to[i] = (Half)from[i];
        }
    }

    readonly struct HalfToFloat : IConvert
    {
        public static void Run(byte* x, byte* y, int count, int size)
        {
            Half* from = (Half*)x;
            float* to = (float*)y;
            int i = 0, lanes = Vector<float>.Count;
            for (; i <= count - 2 * lanes; i += 2 * lanes)
            {
                Vector.Widen(Vector.Load((ushort*)from + i), out var low, out var high);
                Vector.Store(Conversion.FromHalf(low), to + i);
                Vector.Store(Conversion.FromHalf(high), to + i + lanes);
            }
            for (; i < count; i++) to[i] = (float)from[i];
        }
    }
}
