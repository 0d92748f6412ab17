using System.Numerics;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

// x is read as (rows, C). Rows are cut into blocks of a fixed size, whatever the thread count, and with classes at the images'
// ends too, so that one row of gamma and beta serves a block; a block's sums per channel are in single precision, and blocks are
// merged in order in double. The second pass runs backwards: what the first read last is still in the cache. The forward moves 12
// bytes an element (x twice, y), the backward 20 (x and dy twice, dx), and both are bound by that: rows go one by one, in the
// order of memory. Four at a time would load a channel's constants less often, and took 1.7 times as long: hardware prefetches
// one stream of a page.
public sealed unsafe partial class CpuBackend
{
    // Rows of a block: so few that a single-precision sum of them is as good as its terms.
    const int NormRows = 64;
    // Channels worked on at once, so that their sums stay in the L1 cache.
    const int NormTile = 256;
    // Elements per hand-out of a loop.
    const int NormGrain = 16384;

    /// <inheritdoc/>
    public override void BatchNormForward(TensorView x, TensorView gamma, TensorView beta, TensorView classes,
        TensorView runningMean, TensorView runningVar, TensorView y, TensorView mean, TensorView invStd, in BatchNormSpec spec)
    {
        if (x.Count == 0) return;
        var map = NormMap.Of("BatchNormForward", x, gamma, classes);
        int grain = Math.Max(1, NormGrain / (NormRows * map.C));
        float* partial = (float*)_scratch.SharedBytes(2L * map.Blocks * map.C * sizeof(float));
        _workers.For(map.Blocks, grain, new NormMoments { X = x.F32, Partial = partial, Map = map });
        _workers.For(map.C, Math.Max(1, NormGrain / map.Blocks), new NormMerge
        {
            Partial = partial, Mean = mean.F32, InvStd = invStd.F32, RunningMean = runningMean.F32,
            RunningVar = runningVar.F32, Map = map, Spec = spec,
        });
        if (spec.Relu) Apply<Yes>(x, gamma, beta, mean, invStd, y, map, grain);
        else Apply<No>(x, gamma, beta, mean, invStd, y, map, grain);
    }

    void Apply<TRelu>(TensorView x, TensorView gamma, TensorView beta, TensorView mean, TensorView invStd, TensorView y,
        NormMap map, int grain) where TRelu : unmanaged, IChoice =>
        _workers.For(map.Blocks, grain, new NormApply<TRelu>
        {
            X = x.F32, Y = y.F32, Gamma = gamma.F32, Beta = beta.F32, Mean = mean.F32, InvStd = invStd.F32, Map = map,
        });

    /// <summary>A bool that the compiler knows: it makes one loop per value.</summary>
    interface IChoice
    {
        static abstract bool Value { get; }
    }

    struct Yes : IChoice
    {
        public static bool Value => true;
    }

    struct No : IChoice
    {
        public static bool Value => false;
    }

    /// <summary>
    /// The matrix (Rows, C) as groups of rows with one class each (a single group without classes), and their blocks of rows.
    /// </summary>
    readonly struct NormMap
    {
        readonly int* _classes;
        readonly long _groupRows;
        readonly int _groupBlocks;
        public readonly long Rows;
        public readonly int C, Blocks, Classes;

        NormMap(long rows, int c, int groups, int* classes, int classCount)
        {
            _classes = classes;
            (Rows, C, Classes) = (rows, c, classCount);
            _groupRows = rows / groups;
            _groupBlocks = checked((int)((_groupRows + NormRows - 1) / NormRows));
            Blocks = checked(groups * _groupBlocks);
        }

        public static NormMap Of(string name, TensorView x, TensorView gamma, TensorView classes)
        {
            int c = x.Shape[-1];
            if (classes.Address == 0) return new NormMap(x.Count / c, c, 1, null, 1);
            CheckRows(name, classes, gamma.Shape);
            return new NormMap(x.Count / c, c, x.Shape[0], classes.I32, gamma.Shape[0]);
        }

        public int RowsOf(int block) => (int)Math.Min(NormRows, _groupRows - block % _groupBlocks * (long)NormRows);

        /// <summary>The block's first element.</summary>
        public nint Start(int block) => (nint)(block / _groupBlocks * _groupRows + block % _groupBlocks * (long)NormRows) * C;

        /// <summary>The block's row of gamma and beta.</summary>
        public int Class(int block) => _classes == null ? 0 : _classes[block / _groupBlocks];
    }

    /// <summary>
    /// Per block and channel the mean, then Σ (x − mean)². Sums are of x − shift, where shift is the mean of the block's first
    /// rows: it cancels a large mean before anything is squared, and lies so near the block's mean that q − s²/n loses no more
    /// than a few bits.
    /// </summary>
    struct NormMoments : IParallelBody
    {
        const int ShiftRows = 8;
        public float* X, Partial;
        public NormMap Map;

        public readonly void Invoke(int start, int end)
        {
            int c = Map.C;
            float* sums = stackalloc float[NormTile];
            for (int b = start; b < end; b++)
            {
                int n = Map.RowsOf(b);
                float* x = X + Map.Start(b);
                float* mean = Partial + 2 * (nint)b * c;
                float* squares = mean + c;
                for (int c0 = 0; c0 < c; c0 += NormTile)
                {
                    int tile = Math.Min(NormTile, c - c0);
                    Moments(x + c0, c, n, tile, mean + c0, sums, squares + c0);
                }
            }
        }

        static void Moments(float* x, nint c, int n, int tile, float* mean, float* s, float* q)
        {
            int first = Math.Min(ShiftRows, n);
            Clear(mean, tile);
            Clear(s, tile);
            for (int r = 0; r < first; r++) Row(x + r * c, tile, mean, s, q);
            Scale(s, 1f / first, mean, tile);
            Clear(s, tile);
            Clear(q, tile);
            for (int r = 0; r < n; r++) Row(x + r * c, tile, mean, s, q);
            Finish(s, q, mean, 1f / n, tile);
        }

        static void Clear(float* y, int count) => new Span<float>(y, count).Clear();

        static void Scale(float* x, float scale, float* y, int count)
        {
            int k = 0;
            for (; k <= count - Vector<float>.Count; k += Vector<float>.Count) (Vector.Load(x + k) * scale).Store(y + k);
            for (; k < count; k++) y[k] = x[k] * scale;
        }

        /// <summary>q = max(q − s² / n, 0), which rounding could make negative; mean += s / n.</summary>
        static void Finish(float* s, float* q, float* mean, float scale, int count)
        {
            int k = 0;
            for (; k <= count - Vector<float>.Count; k += Vector<float>.Count)
            {
                Vector<float> sum = Vector.Load(s + k), part = sum * scale;
                Vector.Max(Vector.Load(q + k) - sum * part, Vector<float>.Zero).Store(q + k);
                (Vector.Load(mean + k) + part).Store(mean + k);
            }
            for (; k < count; k++)
            {
                float part = s[k] * scale;
                q[k] = Math.Max(q[k] - s[k] * part, 0);
                mean[k] += part;
            }
        }

        static void Row(float* x, int tile, float* shift, float* s, float* q)
        {
            int k = 0, width = Vector<float>.Count;
            for (; k <= tile - width; k += width)
            {
                var d = Vector.Load(x + k) - Vector.Load(shift + k);
                (Vector.Load(s + k) + d).Store(s + k);
                (Vector.Load(q + k) + d * d).Store(q + k);
            }
            for (; k < tile; k++)
            {
                float d = x[k] - shift[k];
                s[k] += d;
                q[k] += d * d;
            }
        }
    }

    /// <summary>
    /// An item is a channel: mean = Σ nᵦ·meanᵦ / M; Σ (x − mean)² = Σ (M2ᵦ + nᵦ·(meanᵦ − mean)²); then the running statistics.
    /// </summary>
    struct NormMerge : IParallelBody
    {
        public float* Partial, Mean, InvStd, RunningMean, RunningVar;
        public NormMap Map;
        public BatchNormSpec Spec;

        public readonly void Invoke(int start, int end)
        {
            nint stride = 2 * (nint)Map.C;
            for (int c = start; c < end; c++)
            {
                float* means = Partial + c;
                float* squares = means + Map.C;
                double sum = 0, m2 = 0;
                for (int b = 0; b < Map.Blocks; b++) sum += (double)means[b * stride] * Map.RowsOf(b);
                double mean = sum / Map.Rows;
                for (int b = 0; b < Map.Blocks; b++)
                {
                    double d = means[b * stride] - mean;
                    m2 += squares[b * stride] + d * d * Map.RowsOf(b);
                }
                Mean[c] = (float)mean;
                InvStd[c] = (float)(1 / Math.Sqrt(m2 / Map.Rows + Spec.Epsilon));
                RunningMean[c] = (float)((1 - (double)Spec.Momentum) * RunningMean[c] + Spec.Momentum * mean);
                RunningVar[c] = (float)((1 - (double)Spec.Momentum) * RunningVar[c] + Spec.Momentum * (m2 / (Map.Rows - 1)));
            }
        }
    }

    /// <summary>
    /// y = (x − mean)·(gamma·invStd) + beta, then ReLU. The mean goes first: folded into beta it would cost the digits that a
    /// large mean takes. Written as max(0, y) by a comparison that lets a NaN through.
    /// </summary>
    struct NormApply<TRelu> : IParallelBody where TRelu : unmanaged, IChoice
    {
        public float* X, Y, Gamma, Beta, Mean, InvStd;
        public NormMap Map;

        public readonly void Invoke(int start, int end)
        {
            nint c = Map.C;
            for (int item = start; item < end; item++)
            {
                int b = Map.Blocks - 1 - item, n = Map.RowsOf(b);
                nint offset = Map.Start(b), affine = Map.Class(b) * c;
                for (int r = 0; r < n; r++, offset += c)
                    Row(X + offset, Y + offset, Gamma + affine, Beta + affine, Mean, InvStd, c);
            }
        }

        static void Row(float* x, float* y, float* gamma, float* beta, float* mean, float* invStd, nint c)
        {
            nint k = 0;
            int width = Vector<float>.Count;
            for (; k <= c - width; k += width)
            {
                var scale = Vector.Load(gamma + k) * Vector.Load(invStd + k);
                var v = Vector.FusedMultiplyAdd(Vector.Load(x + k) - Vector.Load(mean + k), scale, Vector.Load(beta + k));
                if (TRelu.Value)
                    v = Vector.ConditionalSelect(Vector.LessThanOrEqual(v, Vector<float>.Zero), Vector<float>.Zero, v);
                v.Store(y + k);
            }
            for (; k < c; k++)
            {
                float v = MathF.FusedMultiplyAdd(x[k] - mean[k], gamma[k] * invStd[k], beta[k]);
                y[k] = TRelu.Value && v <= 0 ? 0 : v;
            }
        }
    }
}
