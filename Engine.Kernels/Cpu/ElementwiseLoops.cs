using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ssgan.Engine.Kernels.Cpu;

/// <summary>
/// The innermost loops of elementwise operations on contiguous memory. The remainder of a run also goes through the vector
/// form, so a value never depends on its position or on how a loop was split. Remainders are methods of their own and loops are
/// not inlined: a call near a loop makes the compiler spill the loop's vectors.
/// </summary>
static unsafe class ElementwiseLoops
{
    /// <summary>
    /// Elements of one work item of memory-bound loops: enough to outweigh a hand-out, little enough to share evenly.
    /// </summary>
    public const int BlockElements = 1 << 14;

    static int Lanes => Vector<float>.Count;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Map<TOp>(TOp op, float* x, float* y, long count) where TOp : unmanaged, IUnary
    {
        long i = 0;
        for (; i <= count - Lanes; i += Lanes) Vector.Store(op.Invoke(Vector.Load(x + i)), y + i);
        if (i < count) MapRest(op, x + i, y + i, (int)(count - i));
    }

    /// <summary>y = op(a, b) where a or b may be one number for the whole run: its step is then 0 instead of 1.</summary>
    public static void Zip<TOp>(TOp op, float* a, long aStep, float* b, long bStep, float* y, long count)
        where TOp : unmanaged, IBinary
    {
        if (aStep != 0 && bStep != 0) Zip(op, a, b, y, count);
        else if (aStep != 0) ZipRight(op, a, b, y, count);
        else if (bStep != 0) ZipLeft(op, a, b, y, count);
        else ZipBoth(op, a, b, y, count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Zip<TOp>(TOp op, float* a, float* b, float* y, long count) where TOp : unmanaged, IBinary
    {
        long i = 0;
        for (; i <= count - Lanes; i += Lanes) Vector.Store(op.Invoke(Vector.Load(a + i), Vector.Load(b + i)), y + i);
        if (i < count) ZipRest(op, a + i, 1, b + i, 1, y + i, (int)(count - i));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void ZipRight<TOp>(TOp op, float* a, float* b, float* y, long count) where TOp : unmanaged, IBinary
    {
        var constant = Vector.Create(*b);
        long i = 0;
        for (; i <= count - Lanes; i += Lanes) Vector.Store(op.Invoke(Vector.Load(a + i), constant), y + i);
        if (i < count) ZipRest(op, a + i, 1, b, 0, y + i, (int)(count - i));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void ZipLeft<TOp>(TOp op, float* a, float* b, float* y, long count) where TOp : unmanaged, IBinary
    {
        var constant = Vector.Create(*a);
        long i = 0;
        for (; i <= count - Lanes; i += Lanes) Vector.Store(op.Invoke(constant, Vector.Load(b + i)), y + i);
        if (i < count) ZipRest(op, a, 0, b + i, 1, y + i, (int)(count - i));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void ZipBoth<TOp>(TOp op, float* a, float* b, float* y, long count) where TOp : unmanaged, IBinary
    {
        var value = op.Invoke(Vector.Create(*a), Vector.Create(*b));
        long i = 0;
        for (; i <= count - Lanes; i += Lanes) Vector.Store(value, y + i);
        if (i < count) ZipRest(op, a, 0, b, 0, y + i, (int)(count - i));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void MapRest<TOp>(TOp op, float* x, float* y, int count) where TOp : unmanaged, IUnary
    {
        var v = Vector<float>.Zero;
        float* lane = (float*)&v;
        for (int i = 0; i < count; i++) lane[i] = x[i];
        v = op.Invoke(v);
        for (int i = 0; i < count; i++) y[i] = lane[i];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void ZipRest<TOp>(TOp op, float* a, long aStep, float* b, long bStep, float* y, int count)
        where TOp : unmanaged, IBinary
    {
        Vector<float> v = Vector<float>.Zero, w = Vector<float>.Zero;
        float* lane = (float*)&v, other = (float*)&w;
        for (int i = 0; i < count; i++, a += aStep, b += bStep) (lane[i], other[i]) = (*a, *b);
        v = op.Invoke(v, w);
        for (int i = 0; i < count; i++) y[i] = lane[i];
    }
}
