using System.Numerics;

namespace Ssgan.Engine.Kernels.Cpu;

// x is read as (rows, C). Rows are cut into blocks of a fixed size, whatever the thread count; a block's sums per channel are in single
// precision, and blocks are merged in order in double. The forward moves 12 bytes an element (x twice, y), the backward 20 (x and dy twice, dx).
public sealed unsafe partial class CpuBackend
{
    // Rows of a block: so few that a single-precision sum of them is as good as its terms.
    const int NormRows = 64;
    // Channels worked on at once, so that their sums stay in the L1 cache.
    const int NormTile = 256;
    // Elements per hand-out of a loop.
    const int NormGrain = 16384;

    public override void BatchNormForward(View x, View gamma, View beta, View runningMean, View runningVar, View y, View mean, View invStd, in BatchNormSpec spec)
    {
        if (x.Count == 0) return;
        var map = new NormMap(x.Count, x.Shape[-1]);
        int grain = Math.Max(1, NormGrain / (NormRows * map.C));
        float* partial = (float*)_nnScratch.Take(2L * map.Blocks * map.C * sizeof(float));
        _workers.For(map.Blocks, grain, new NormMoments { X = x.F32, Partial = partial, Map = map });
        _workers.For(map.C, Math.Max(1, NormGrain / map.Blocks), new NormMerge
        {
            Partial = partial, Mean = mean.F32, InvStd = invStd.F32, RunningMean = runningMean.F32, RunningVar = runningVar.F32, Map = map, Spec = spec,
        });
        if (spec.Relu) Apply<Yes>(x, gamma, beta, mean, invStd, y, map, grain);
        else Apply<No>(x, gamma, beta, mean, invStd, y, map, grain);
    }

    void Apply<TRelu>(View x, View gamma, View beta, View mean, View invStd, View y, NormMap map, int grain) where TRelu : unmanaged, IChoice =>
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

    /// <summary>The matrix (Rows, C) and its blocks of rows.</summary>
    readonly struct NormMap(long count, int c)
    {
        public readonly long Rows = count / c;
        public readonly int C = c, Blocks = checked((int)((count / c + NormRows - 1) / NormRows));

        public int RowsOf(int block) => (int)Math.Min(NormRows, Rows - (long)block * NormRows);
    }

    /// <summary>
    /// Per block and channel the mean, then Σ (x − mean)². Sums are of x − shift, where shift is the mean of the block's first rows: it cancels a
    /// large mean before anything is squared, and lies so near the block's mean that q − s²/n loses no more than a few bits.
    /// </summary>
    struct NormMoments : IRange
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
                float* x = X + (nint)b * NormRows * c;
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
            new Span<float>(mean, tile).Clear();
            for (int r = 0; r < first; r++)
                for (int k = 0; k < tile; k += Vector<float>.Count) AddTo(mean + k, x + r * c + k, tile - k);
            for (int k = 0; k < tile; k++) mean[k] /= first;
            new Span<float>(s, tile).Clear();
            new Span<float>(q, tile).Clear();
            int row = 0;
            for (; row <= n - 4; row += 4) FourRows(x + row * c, c, tile, mean, s, q);
            for (; row < n; row++)
            {
                for (int k = 0; k < tile; k++)
                {
                    float d = x[row * c + k] - mean[k];
                    s[k] += d;
                    q[k] += d * d;
                }
            }
            for (int k = 0; k < tile; k++)
            {
                q[k] = Math.Max(q[k] - s[k] * s[k] / n, 0);
                mean[k] += s[k] / n;
            }
        }

        static void AddTo(float* y, float* x, int count)
        {
            if (count >= Vector<float>.Count) (Vector.Load(y) + Vector.Load(x)).Store(y);
            else for (int k = 0; k < count; k++) y[k] += x[k];
        }

        static void FourRows(float* x, nint c, int tile, float* shift, float* s, float* q)
        {
            int k = 0, width = Vector<float>.Count;
            for (; k <= tile - width; k += width)
            {
                var m = Vector.Load(shift + k);
                Vector<float> a = Vector.Load(x + k) - m, b = Vector.Load(x + c + k) - m;
                Vector<float> d = Vector.Load(x + 2 * c + k) - m, e = Vector.Load(x + 3 * c + k) - m;
                (Vector.Load(s + k) + (a + b + (d + e))).Store(s + k);
                (Vector.Load(q + k) + (a * a + b * b + (d * d + e * e))).Store(q + k);
            }
            for (; k < tile; k++)
            {
                float m = shift[k], a = x[k] - m, b = x[c + k] - m, d = x[2 * c + k] - m, e = x[3 * c + k] - m;
                s[k] += a + b + (d + e);
                q[k] += a * a + b * b + (d * d + e * e);
            }
        }
    }

    /// <summary>An item is a channel: mean = Σ nᵦ·meanᵦ / M; Σ (x − mean)² = Σ (M2ᵦ + nᵦ·(meanᵦ − mean)²); then the running statistics.</summary>
    struct NormMerge : IRange
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
    /// y = (x − mean)·(gamma·invStd) + beta, then ReLU. The mean goes first: folded into beta it would cost the digits that a large mean takes.
    /// Written as max(0, y) by a comparison that lets a NaN through.
    /// </summary>
    struct NormApply<TRelu> : IRange where TRelu : unmanaged, IChoice
    {
        public float* X, Y, Gamma, Beta, Mean, InvStd;
        public NormMap Map;

        public readonly void Invoke(int start, int end)
        {
            int c = Map.C, width = Vector<float>.Count;
            for (int b = start; b < end; b++)
            {
                nint offset = (nint)b * NormRows * c;
                for (int r = Map.RowsOf(b); r > 0; r--, offset += c)
                {
                    float* x = X + offset;
                    float* y = Y + offset;
                    int k = 0;
                    for (; k <= c - width; k += width)
                    {
                        var scale = Vector.Load(Gamma + k) * Vector.Load(InvStd + k);
                        var v = Vector.FusedMultiplyAdd(Vector.Load(x + k) - Vector.Load(Mean + k), scale, Vector.Load(Beta + k));
                        if (TRelu.Value) v = Vector.ConditionalSelect(Vector.LessThanOrEqual(v, Vector<float>.Zero), Vector<float>.Zero, v);
                        v.Store(y + k);
                    }
                    for (; k < c; k++)
                    {
                        float v = MathF.FusedMultiplyAdd(x[k] - Mean[k], Gamma[k] * InvStd[k], Beta[k]);
                        y[k] = TRelu.Value && v <= 0 ? 0 : v;
                    }
                }
            }
        }
    }
}
