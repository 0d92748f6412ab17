using System.Numerics;
using System.Runtime.CompilerServices;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    // Floats of the small image per hand-out of a loop.
    const int UpsampleGrain = 8192;

    /// <inheritdoc/>
    public override void Upsample2x(TensorView x, TensorView y, UpsampleMode mode)
    {
        if (x.Count == 0) return;
        int h = x.Shape[1], w = x.Shape[2], c = x.Shape[3], rows = checked(x.Shape[0] * h),
            grain = Math.Max(1, UpsampleGrain / Math.Max(1, w * c));
        if (mode == UpsampleMode.Nearest) _workers.For(rows, grain, new NearestForward { X = x.F32, Y = y.F32, W = w, C = c });
        else
        {
            _workers.For(rows, grain,
                new SmoothForward { X = x.F32, Y = y.F32, Outside = OutsideOf(mode, (long)w * c), H = h, W = w, C = c });
        }
    }

    /// <inheritdoc/>
    public override void Upsample2xBackward(TensorView dy, TensorView dx, UpsampleMode mode)
    {
        if (dx.Count == 0) return;
        int h = dx.Shape[1], w = dx.Shape[2], c = dx.Shape[3], rows = checked(dx.Shape[0] * h),
            grain = Math.Max(1, UpsampleGrain / Math.Max(1, w * c));
        if (mode == UpsampleMode.Nearest)
            _workers.For(rows, grain, new NearestBackward { DY = dy.F32, DX = dx.F32, W = w, C = c });
        else
        {
            _workers.For(rows, grain,
                new SmoothBackward { DY = dy.F32, DX = dx.F32, Outside = OutsideOf(mode, 2L * w * c), H = h, W = w, C = c });
        }
    }

    /// <summary>A row of zeros, which lies beyond the border of a binomial image; null where the edge does.</summary>
    float* OutsideOf(UpsampleMode mode, long floats)
    {
        if (mode != UpsampleMode.Binomial) return null;
        float* zeros = _scratch.Shared(floats);
        new Span<float>(zeros, checked((int)floats)).Clear();
        return zeros;
    }

    /// <summary>An item is an input row: its pixels are doubled into one output row, which is then copied to the next.</summary>
    struct NearestForward : IParallelBody
    {
        public float* X, Y;
        public int W, C;

        public readonly void Invoke(int start, int end)
        {
            nint row = (nint)W * C;
            for (int i = start; i < end; i++)
            {
                float* x = X + i * row;
                float* y = Y + 4 * i * row;
                float* to = y;
                for (int j = 0; j < W; j++, x += C, to += 2 * C)
                {
                    CopyPixel(x, to, C);
                    CopyPixel(x, to + C, C);
                }
                Buffer.MemoryCopy(y, y + 2 * row, 2 * row * sizeof(float), 2 * row * sizeof(float));
            }
        }
    }

    /// <summary>An item is a row of dx: each element is the sum of its 2x2 block of dy.</summary>
    struct NearestBackward : IParallelBody
    {
        public float* DY, DX;
        public int W, C;

        public readonly void Invoke(int start, int end)
        {
            nint row = (nint)W * C;
            for (int i = start; i < end; i++)
            {
                float* a = DY + 4 * i * row;
                float* dx = DX + i * row;
                for (int j = 0; j < W; j++, a += 2 * C, dx += C) SumOfFour(a, a + C, a + 2 * row, a + 2 * row + C, dx, C, 1);
            }
        }
    }

    /// <summary>y = ((a + b) + (d + e))·scale over c channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void SumOfFour(float* a, float* b, float* d, float* e, float* y, int c, float scale)
    {
        int k = 0, width = Vector<float>.Count;
        var s = new Vector<float>(scale);
        for (; k <= c - width; k += width)
            ((Vector.Load(a + k) + Vector.Load(b + k) + (Vector.Load(d + k) + Vector.Load(e + k))) * s).Store(y + k);
        for (; k < c; k++) y[k] = (a[k] + b[k] + (d[k] + e[k])) * scale;
    }

    /// <summary>
    /// An item is an input row i, which makes output rows 2i = ¾·x[i] + ¼·x[i − 1] and 2i + 1 = ¾·x[i] + ¼·x[i + 1]; columns
    /// likewise. Neighbours outside the image are its edge, or zeros. Outputs are made one after the other in the order of
    /// memory: it writes at the rate of a fill.
    /// </summary>
    struct SmoothForward : IParallelBody
    {
        public float* X, Y, Outside;
        public int H, W, C;

        public readonly void Invoke(int start, int end)
        {
            nint row = (nint)W * C;
            for (int item = start; item < end; item++)
            {
                int i = item % H;
                float* middle = X + item * row;
                float* edge = Outside == null ? middle : Outside;
                float* above = i > 0 ? middle - row : edge;
                float* below = i < H - 1 ? middle + row : edge;
                float* y = Y + 4 * item * row;
                Row(middle, above, y);
                Row(middle, below, y + 2 * row);
            }
        }

        readonly void Row(float* near, float* far, float* y)
        {
            for (int j = 0; j < W; j++, y += 2 * C)
            {
                nint here = (nint)j * C;
                Pixel(near + here, Beside(near, here, -C, j > 0), far + here, Beside(far, here, -C, j > 0), y, C);
                Pixel(near + here, Beside(near, here, C, j < W - 1), far + here, Beside(far, here, C, j < W - 1), y + C, C);
            }
        }

        readonly float* Beside(float* row, nint here, int step, bool isInside) =>
            isInside ? row + here + step : Outside == null ? row + here : Outside;

        static void Pixel(float* near, float* nearBeside, float* far, float* farBeside, float* y, int c)
        {
            int k = 0, width = Vector<float>.Count;
            for (; k <= c - width; k += width)
            {
                var n = Mix(Vector.Load(near + k), Vector.Load(nearBeside + k));
                Mix(n, Mix(Vector.Load(far + k), Vector.Load(farBeside + k))).Store(y + k);
            }
            for (; k < c; k++) y[k] = Mix(Mix(near[k], nearBeside[k]), Mix(far[k], farBeside[k]));
        }
    }

    /// <summary>
    /// An item is a row of dx. Output 2i − 1 weighs x[i] by ¼, 2i and 2i + 1 by ¾, 2i + 2 by ¼; at an edge the missing output
    /// is the edge's own, which is what clamping did in the forward, or zero. Rows and columns alike: a gather, so that no two
    /// threads write one element.
    /// </summary>
    struct SmoothBackward : IParallelBody
    {
        const int Tile = 256;
        public float* DY, DX, Outside;
        public int H, W, C;

        public readonly void Invoke(int start, int end)
        {
            // Columns of dy, mixed down: each is made once and used for two neighbours.
            float* columns = stackalloc float[3 * Tile];
            nint row = (nint)W * C, wide = 2 * row;
            for (int item = start; item < end; item++)
            {
                int i = item % H;
                float* r1 = DY + 4 * item * row;
                float* r2 = r1 + wide;
                var rows = new Rows(i > 0 ? r1 - wide : Outside == null ? r1 : Outside, r1, r2,
                    i < H - 1 ? r2 + wide : Outside == null ? r2 : Outside);
                for (int k = 0; k < C; k += Tile) Columns(rows, k, Math.Min(Tile, C - k), columns, DX + item * row + k);
            }
        }

        readonly void Columns(in Rows rows, nint column, int count, float* columns, float* dx)
        {
            // Columns 2j − 1, 2j and 2j + 1.
            float* odd = columns;
            float* even = columns + Tile;
            float* next = columns + 2 * Tile;
            int width = Vector<float>.Count, k;
            for (k = 0; k < count; k++)
            {
                even[k] = rows.ScalarAt(column + k);
                odd[k] = Outside == null ? even[k] : 0;
            }
            for (int j = 0; j < W; j++, column += 2 * C, dx += C)
            {
                nint near = column + C, far = j < W - 1 ? near + C : near;
                bool isOutside = j == W - 1 && Outside != null;
                for (k = 0; k <= count - width; k += width) rows.At(near + k).Store(next + k);
                for (; k < count; k++) next[k] = rows.ScalarAt(near + k);
                for (k = 0; k <= count - width; k += width)
                {
                    var e = isOutside ? Vector<float>.Zero : rows.At(far + k);
                    Mix(Vector.Load(even + k) + Vector.Load(next + k), Vector.Load(odd + k) + e).Store(dx + k);
                    e.Store(even + k);
                }
                for (; k < count; k++)
                {
                    float e = isOutside ? 0 : rows.ScalarAt(far + k);
                    dx[k] = Mix(even[k] + next[k], odd[k] + e);
                    even[k] = e;
                }
                float* swap = odd;
                odd = next;
                next = swap;
            }
        }

        readonly struct Rows(float* r0, float* r1, float* r2, float* r3)
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public Vector<float> At(nint k) =>
                Mix(Vector.Load(r1 + k) + Vector.Load(r2 + k), Vector.Load(r0 + k) + Vector.Load(r3 + k));

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public float ScalarAt(nint k) => Mix(r1[k] + r2[k], r0[k] + r3[k]);
        }
    }

    /// <summary>¾·near + ¼·far.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector<float> Mix(Vector<float> near, Vector<float> far) => near * 0.75f + far * 0.25f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static float Mix(float near, float far) => near * 0.75f + far * 0.25f;
}
