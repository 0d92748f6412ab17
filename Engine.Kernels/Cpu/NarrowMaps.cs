using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

// Functors and reductions of 16-bit storage: a few hundred elements at a time are widened to F32, and narrowed again.
public sealed unsafe partial class CpuBackend
{
    const int Widened = 512;

    /// <summary>Functors and reductions take BF16 and F16; products and convolutions do not.</summary>
    public override bool MapsIn(DType type) => type is DType.F32 or DType.BF16 or DType.F16;

    static void Widen(byte* x, DType type, float* to, int count)
    {
        if (type == DType.F32) new Span<float>(x, count).CopyTo(new Span<float>(to, count));
        else if (type == DType.F16) HalfToFloat.Run(x, (byte*)to, count, sizeof(float));
        else BFloat16ToFloat.Run(x, (byte*)to, count, sizeof(float));
    }

    static void Narrow(float* x, byte* to, DType type, int count)
    {
        if (type == DType.F16) FloatToHalf.Run((byte*)x, to, count, sizeof(ushort));
        else FloatToBFloat16.Run((byte*)x, to, count, sizeof(ushort));
    }

    readonly struct NarrowUnaryRange<TOp>(TOp op, byte* x, byte* y, DType type, long count)
        : IParallelBody where TOp : unmanaged, IUnary
    {
        public void Invoke(int start, int end)
        {
            float* values = stackalloc float[Widened];
            long last = Math.Min((long)end * BlockElements, count);
            for (long i = (long)start * BlockElements; i < last; i += Widened)
            {
                int n = (int)Math.Min(Widened, last - i);
                Widen(x + i * sizeof(ushort), type, values, n);
                ElementwiseLoops.Map(op, values, values, n);
                Narrow(values, y + i * sizeof(ushort), type, n);
            }
        }
    }

    /// <summary>An operand is of the result's type, or F32 beside it.</summary>
    readonly struct NarrowBinaryRow<TOp>(TOp op, DType aType, DType bType, DType type) : IRow where TOp : unmanaged, IBinary
    {
        public void Invoke(byte* a, long aStep, byte* b, long bStep, byte* y, int n)
        {
            float* left = stackalloc float[3 * Widened];
            float* right = left + Widened, result = right + Widened;
            for (int i = 0; i < n; i += Widened)
            {
                int some = Math.Min(Widened, n - i);
                Widen(a + i * aStep * aType.Size(), aType, left, aStep == 0 ? 1 : some);
                Widen(b + i * bStep * bType.Size(), bType, right, bStep == 0 ? 1 : some);
                ElementwiseLoops.Zip(op, left, aStep, right, bStep, result, some);
                Narrow(result, y + i * sizeof(ushort), type, some);
            }
        }
    }

    /// <summary>Reduced from a copy in F32, and to one.</summary>
    void ReduceNarrow<TOp>(TensorView x, TensorView y) where TOp : unmanaged, IReduce
    {
        using var t = new Temporaries(this);
        var result = t.For(y);
        Reduce<TOp>(t.Single(x), result);
        t.Store(result, y);
    }
}
