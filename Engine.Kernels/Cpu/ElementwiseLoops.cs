using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ssgan.Engine.Kernels.Cpu;

/// <summary>
/// The innermost loops of elementwise operations on contiguous memory. The remainder of a run also goes through the vector
/// form, so a value never depends on its position or on how a loop was split.
/// </summary>
static unsafe class ElementwiseLoops
{
    /// <summary>Elements of one work item of memory-bound loops: enough to outweigh a hand-out, little enough to share evenly.</summary>
    public const int BlockElements = 1 << 14;

    static int Lanes => Vector<float>.Count;

    public static void Map<TOp>(TOp op, float* x, float* y, long count) where TOp : unmanaged, IUnary
    {
        long i = 0;
        for (; i <= count - Lanes; i += Lanes) Vector.Store(op.Invoke(Vector.Load(x + i)), y + i);
        if (i < count) Store(op.Invoke(LoadPart(x + i, count - i)), y + i, count - i);
    }

    /// <summary>y = op(a, b) where a or b may be one number for the whole run: its step is then 0 instead of 1.</summary>
    public static void Zip<TOp>(TOp op, float* a, long aStep, float* b, long bStep, float* y, long count) where TOp : unmanaged, IBinary
    {
        if (aStep == 0) ZipLeft(op, Vector.Create(*a), b, bStep, y, count);
        else if (bStep == 0) ZipRight(op, a, Vector.Create(*b), y, count);
        else Zip(op, a, b, y, count);
    }

    public static void Zip<TOp>(TOp op, float* a, float* b, float* y, long count) where TOp : unmanaged, IBinary
    {
        long i = 0;
        for (; i <= count - Lanes; i += Lanes) Vector.Store(op.Invoke(Vector.Load(a + i), Vector.Load(b + i)), y + i);
        long rest = count - i;
        if (rest > 0) Store(op.Invoke(LoadPart(a + i, rest), LoadPart(b + i, rest)), y + i, rest);
    }

    static void ZipRight<TOp>(TOp op, float* a, Vector<float> b, float* y, long count) where TOp : unmanaged, IBinary
    {
        long i = 0;
        for (; i <= count - Lanes; i += Lanes) Vector.Store(op.Invoke(Vector.Load(a + i), b), y + i);
        if (i < count) Store(op.Invoke(LoadPart(a + i, count - i), b), y + i, count - i);
    }

    static void ZipLeft<TOp>(TOp op, Vector<float> a, float* b, long bStep, float* y, long count) where TOp : unmanaged, IBinary
    {
        long i = 0;
        if (bStep == 0)
        {
            var value = op.Invoke(a, Vector.Create(*b));
            for (; i <= count - Lanes; i += Lanes) Vector.Store(value, y + i);
            if (i < count) Store(value, y + i, count - i);
            return;
        }
        for (; i <= count - Lanes; i += Lanes) Vector.Store(op.Invoke(a, Vector.Load(b + i)), y + i);
        if (i < count) Store(op.Invoke(a, LoadPart(b + i, count - i)), y + i, count - i);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static Vector<float> LoadPart(float* x, long count)
    {
        var v = Vector<float>.Zero;
        Unsafe.CopyBlockUnaligned(&v, x, (uint)count * sizeof(float));
        return v;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Store(Vector<float> v, float* y, long count) => Unsafe.CopyBlockUnaligned(y, &v, (uint)count * sizeof(float));
}
