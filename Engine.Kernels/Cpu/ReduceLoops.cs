using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ssgan.Engine.Kernels.Cpu;

/// <summary>
/// Serial reductions of contiguous runs and of matrix columns. Partial results meet in trees, not chains, so that rounding
/// errors grow with the logarithm of the length; the order depends on the lengths alone.
/// </summary>
static unsafe class ReduceLoops
{
    /// <summary>The most columns that the column loop takes at once: its partial results stay on the stack.</summary>
    public const int MaxColumns = 1024;

    const int Unroll = 8, LeafVectors = 64, Levels = 40;

    static int Lanes => Vector<float>.Count;

    /// <summary>The reduction of a run. Leaves of 64 vectors are combined like the digits of a binary counter.</summary>
    public static float Run<TOp>(float* x, long count) where TOp : unmanaged, IReduce =>
        Across<TOp>(count < LeafVectors * Lanes ? Rest<TOp>(x, count) : Leaves<TOp>(x, count));

    [SkipLocalsInit]
    static Vector<float> Leaves<TOp>(float* x, long count) where TOp : unmanaged, IReduce
    {
        long leaf = LeafVectors * Lanes, leaves = count / leaf;
        Vector<float>* levels = stackalloc Vector<float>[Levels];
        for (long i = 0; i < leaves; i++, x += leaf)
        {
            var v = Leaf<TOp>(x);
            int level = 0;
            for (long bits = i; (bits & 1) != 0; bits >>= 1) v = TOp.Combine(levels[level++], v);
            levels[level] = v;
        }
        var total = Rest<TOp>(x, count - leaves * leaf);
        for (int level = 0; leaves >> level != 0; level++)
        {
            if ((leaves >> level & 1) != 0) total = TOp.Combine(levels[level], total);
        }
        return total;
    }

    static Vector<float> Leaf<TOp>(float* x) where TOp : unmanaged, IReduce
    {
        int n = Lanes;
        Vector<float> v0 = TOp.Map(Vector.Load(x)), v1 = TOp.Map(Vector.Load(x + n)), v2 = TOp.Map(Vector.Load(x + 2 * n));
        Vector<float> v3 = TOp.Map(Vector.Load(x + 3 * n)), v4 = TOp.Map(Vector.Load(x + 4 * n)),
            v5 = TOp.Map(Vector.Load(x + 5 * n));
        Vector<float> v6 = TOp.Map(Vector.Load(x + 6 * n)), v7 = TOp.Map(Vector.Load(x + 7 * n));
        for (int i = Unroll; i < LeafVectors; i += Unroll)
        {
            x += Unroll * n;
            v0 = TOp.Combine(v0, TOp.Map(Vector.Load(x)));
            v1 = TOp.Combine(v1, TOp.Map(Vector.Load(x + n)));
            v2 = TOp.Combine(v2, TOp.Map(Vector.Load(x + 2 * n)));
            v3 = TOp.Combine(v3, TOp.Map(Vector.Load(x + 3 * n)));
            v4 = TOp.Combine(v4, TOp.Map(Vector.Load(x + 4 * n)));
            v5 = TOp.Combine(v5, TOp.Map(Vector.Load(x + 5 * n)));
            v6 = TOp.Combine(v6, TOp.Map(Vector.Load(x + 6 * n)));
            v7 = TOp.Combine(v7, TOp.Map(Vector.Load(x + 7 * n)));
        }
        return TOp.Combine(
            TOp.Combine(TOp.Combine(v0, v1), TOp.Combine(v2, v3)),
            TOp.Combine(TOp.Combine(v4, v5), TOp.Combine(v6, v7)));
    }

    /// <summary>Less than a leaf: four accumulators, then one, then a part of a vector.</summary>
    static Vector<float> Rest<TOp>(float* x, long count) where TOp : unmanaged, IReduce
    {
        int n = Lanes;
        var v0 = Vector.Create(TOp.Identity);
        long i = 0;
        if (count >= 4 * n)
        {
            Vector<float> v1 = v0, v2 = v0, v3 = v0;
            for (; i <= count - 4 * n; i += 4 * n)
            {
                v0 = TOp.Combine(v0, TOp.Map(Vector.Load(x + i)));
                v1 = TOp.Combine(v1, TOp.Map(Vector.Load(x + i + n)));
                v2 = TOp.Combine(v2, TOp.Map(Vector.Load(x + i + 2 * n)));
                v3 = TOp.Combine(v3, TOp.Map(Vector.Load(x + i + 3 * n)));
            }
            v0 = TOp.Combine(TOp.Combine(v0, v1), TOp.Combine(v2, v3));
        }
        for (; i <= count - n; i += n) v0 = TOp.Combine(v0, TOp.Map(Vector.Load(x + i)));
        if (i == count) return v0;
        if (i == 0) return Few<TOp>(x, (int)count);
        // The last vector of the run, without the lanes that were already taken.
        var unseen = Vector.GreaterThanOrEqual(Vector<int>.Indices, Vector.Create((int)(n - (count - i))));
        return TOp.Combine(v0, Vector.ConditionalSelect(unseen, TOp.Map(Vector.Load(x + count - n)),
            Vector.Create(TOp.Identity)));
    }

    /// <summary>Fewer numbers than lanes: the others hold the identity.</summary>
    static Vector<float> Few<TOp>(float* x, int count) where TOp : unmanaged, IReduce
    {
        var few = Vector.Create(TOp.Identity);
        float* lane = (float*)&few;
        for (int k = 0; k < count; k++) lane[k] = TOp.Map(x[k]);
        return few;
    }

    /// <summary>All lanes combined: halves, then quarters, and so on.</summary>
    static float Across<TOp>(Vector<float> v) where TOp : unmanaged, IReduce
    {
        if (Vector<float>.Count == 8)
        {
            // The same tree in registers, for the many short rows of a softmax.
            v = TOp.Combine(v, Vector256.Shuffle(v.AsVector256(), Vector256.Create(4, 5, 6, 7, 0, 1, 2, 3)).AsVector());
            v = TOp.Combine(v, Vector256.Shuffle(v.AsVector256(), Vector256.Create(2, 3, 0, 1, 6, 7, 4, 5)).AsVector());
            v = TOp.Combine(v, Vector256.Shuffle(v.AsVector256(), Vector256.Create(1, 0, 3, 2, 5, 4, 7, 6)).AsVector());
            return v.ToScalar();
        }
        float* lane = (float*)&v;
        for (int half = Lanes / 2; half > 0; half /= 2)
        {
            for (int i = 0; i < half; i++) lane[i] = TOp.Combine(lane[i], lane[i + half]);
        }
        return lane[0];
    }

    /// <summary>y[c] = the reduction of column c of x (rows, columns), whose rows lie <paramref name="step"/> apart.</summary>
    [SkipLocalsInit]
    public static void Columns<TOp>(float* x, long rows, long columns, long step, float* y) where TOp : unmanaged, IReduce
    {
        // Few columns: several rows are read as one, and their results folded together at the end.
        int fold = columns <= MaxColumns / 4 && step == columns ? (int)(MaxColumns / 4 / columns) : 1;
        if (fold >= Lanes) fold -= fold % Lanes;
        if (fold > 1 && rows >= 2 * fold)
        {
            int width = fold * (int)columns;
            float* wide = stackalloc float[MaxColumns / 4];
            long folded = rows / fold;
            Panel<TOp>(x, folded, width, width, wide);
            x += folded * width;
            for (long i = 0; i < (rows - folded * fold) * columns; i++) wide[i] = TOp.Combine(wide[i], TOp.Map(x[i]));
            while (fold > 1)
            {
                int half = (fold + 1) / 2;
                for (long i = half * columns; i < fold * columns; i++)
                    wide[i - half * columns] = TOp.Combine(wide[i - half * columns], wide[i]);
                fold = half;
            }
            for (long c = 0; c < columns; c++) y[c] = wide[c];
            return;
        }
        for (long c = 0; c < columns; c += MaxColumns)
            Panel<TOp>(x + c, rows, (int)Math.Min(MaxColumns, columns - c), step, y + c);
    }

    /// <summary>
    /// y (columns), up to <see cref="MaxColumns"/>: eight rows meet in a tree, 32 such groups in a chain, and those chains in y.
    /// </summary>
    [SkipLocalsInit]
    static void Panel<TOp>(float* x, long rows, int columns, long step, float* y) where TOp : unmanaged, IReduce
    {
        const int Group = 8, ChainRows = 32 * Group;
        float* chain = stackalloc float[MaxColumns];
        new Span<float>(y, columns).Fill(TOp.Identity);
        for (long start = 0; start < rows; start += ChainRows)
        {
            long end = Math.Min(start + ChainRows, rows), r = start;
            new Span<float>(chain, columns).Fill(TOp.Identity);
            for (; r <= end - Group; r += Group) AddEight<TOp>(x + r * step, step, columns, chain);
            for (; r < end; r++) AddOne<TOp>(x + r * step, columns, chain);
            Merge<TOp>(y, chain, columns);
        }
    }

    static void AddEight<TOp>(float* x, long step, int columns, float* y) where TOp : unmanaged, IReduce
    {
        int c = 0;
        float* x4 = x + 4 * step;
        for (; c <= columns - Lanes; c += Lanes)
        {
            var a = TOp.Combine(TOp.Map(Vector.Load(x + c)), TOp.Map(Vector.Load(x + step + c)));
            var b = TOp.Combine(TOp.Map(Vector.Load(x + 2 * step + c)), TOp.Map(Vector.Load(x + 3 * step + c)));
            var d = TOp.Combine(TOp.Map(Vector.Load(x4 + c)), TOp.Map(Vector.Load(x4 + step + c)));
            var e = TOp.Combine(TOp.Map(Vector.Load(x4 + 2 * step + c)), TOp.Map(Vector.Load(x4 + 3 * step + c)));
            Vector.Store(TOp.Combine(Vector.Load(y + c), TOp.Combine(TOp.Combine(a, b), TOp.Combine(d, e))), y + c);
        }
        for (; c < columns; c++)
        {
            float a = TOp.Combine(TOp.Map(x[c]), TOp.Map(x[step + c])),
                b = TOp.Combine(TOp.Map(x[2 * step + c]), TOp.Map(x[3 * step + c]));
            float d = TOp.Combine(TOp.Map(x4[c]), TOp.Map(x4[step + c])),
                e = TOp.Combine(TOp.Map(x4[2 * step + c]), TOp.Map(x4[3 * step + c]));
            y[c] = TOp.Combine(y[c], TOp.Combine(TOp.Combine(a, b), TOp.Combine(d, e)));
        }
    }

    static void AddOne<TOp>(float* x, int columns, float* y) where TOp : unmanaged, IReduce
    {
        int c = 0;
        for (; c <= columns - Lanes; c += Lanes)
            Vector.Store(TOp.Combine(Vector.Load(y + c), TOp.Map(Vector.Load(x + c))), y + c);
        for (; c < columns; c++) y[c] = TOp.Combine(y[c], TOp.Map(x[c]));
    }

    /// <summary>y = combine(y, z), both already mapped.</summary>
    public static void Merge<TOp>(float* y, float* z, long columns) where TOp : unmanaged, IReduce
    {
        long c = 0;
        for (; c <= columns - Lanes; c += Lanes) Vector.Store(TOp.Combine(Vector.Load(y + c), Vector.Load(z + c)), y + c);
        for (; c < columns; c++) y[c] = TOp.Combine(y[c], z[c]);
    }
}
