using System.Numerics;
using System.Runtime.CompilerServices;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void BatchNormBackward(TensorView x, TensorView gamma, TensorView beta, TensorView classes, TensorView mean,
        TensorView invStd, TensorView dy, TensorView dx, TensorView dgamma, TensorView dbeta, in BatchNormSpec spec)
    {
        int c = x.Shape[-1];
        if (x.Count == 0)
        {
            new Span<float>(dgamma.F32, checked((int)dgamma.Count)).Clear();
            new Span<float>(dbeta.F32, checked((int)dbeta.Count)).Clear();
            return;
        }
        var map = NormMap.Of("BatchNormBackward", x, gamma, classes);
        int grain = Math.Max(1, NormGrain / (NormRows * c));
        float* partial = (float*)_scratch.SharedBytes(2L * map.Blocks * c * sizeof(float));
        var saved = new NormSaved { X = x.F32, Gamma = gamma.F32, Beta = beta.F32, Mean = mean.F32,
            InvStd = invStd.F32, DY = dy.F32 };
        if (spec.Relu) Sums<Yes>(saved, partial, map, grain);
        else Sums<No>(saved, partial, map, grain);
        _workers.For(c, Math.Max(1, NormGrain / map.Blocks),
            new NormMergeSums { Partial = partial, Gamma = gamma.F32, DBeta = dbeta.F32, DGamma = dgamma.F32, Map = map });
        if (spec.Relu) Gradient<Yes>(saved, partial, dx, map, grain);
        else Gradient<No>(saved, partial, dx, map, grain);
    }

    void Sums<TRelu>(in NormSaved saved, float* partial, NormMap map, int grain) where TRelu : unmanaged, IChoice =>
        _workers.For(map.Blocks, grain, new NormSums<TRelu> { Saved = saved, Partial = partial, Map = map });

    void Gradient<TRelu>(in NormSaved saved, float* means, TensorView dx, NormMap map, int grain)
        where TRelu : unmanaged, IChoice =>
        _workers.For(map.Blocks, grain, new NormGradient<TRelu> { Saved = saved, MeanDY = means, MeanDYXHat = means + map.C,
            DX = dx.F32, Map = map });

    /// <summary>What the forward saw, and dy.</summary>
    struct NormSaved
    {
        public float* X, Gamma, Beta, Mean, InvStd, DY;

        /// <summary>The same from a given element and row of gamma and beta on.</summary>
        public readonly NormSaved At(nint element, nint affine) =>
            new() { X = X + element, Gamma = Gamma + affine, Beta = Beta + affine, Mean = Mean,
                InvStd = InvStd, DY = DY + element };
    }

    /// <summary>
    /// The constants of a vector of channels. With d = x − mean, xhat = d·invStd, and the output before ReLU is d·(gamma·invStd)
    /// + beta, rounded as in the forward: the mask is exactly where it put zeros.
    /// </summary>
    readonly struct NormChannels<TRelu>(in NormSaved s, nint k) where TRelu : unmanaged, IChoice
    {
        readonly Vector<float> _mean = Vector.Load(s.Mean + k), _beta = Vector.Load(s.Beta + k);
        public readonly Vector<float> InvStd = Vector.Load(s.InvStd + k),
            Scale = Vector.Load(s.Gamma + k) * Vector.Load(s.InvStd + k);

        /// <summary>dy where the output was positive (or a NaN), else 0; and xhat.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector<float> Masked(Vector<float> x, Vector<float> dy, out Vector<float> xhat)
        {
            var d = x - _mean;
            xhat = d * InvStd;
            if (!TRelu.Value) return dy;
            var output = Vector.FusedMultiplyAdd(d, Scale, _beta);
            return Vector.ConditionalSelect(Vector.LessThanOrEqual(output, Vector<float>.Zero), Vector<float>.Zero, dy);
        }
    }

    /// <summary><see cref="NormChannels{TRelu}.Masked"/> of one channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static float Masked<TRelu>(in NormSaved s, nint k, float x, float dy, out float xhat) where TRelu : unmanaged, IChoice
    {
        float d = x - s.Mean[k];
        xhat = d * s.InvStd[k];
        return TRelu.Value && MathF.FusedMultiplyAdd(d, s.Gamma[k] * s.InvStd[k], s.Beta[k]) <= 0 ? 0 : dy;
    }

    /// <summary>Per block and channel Σ dy, then Σ dy·xhat, of the masked dy.</summary>
    struct NormSums<TRelu> : IParallelBody where TRelu : unmanaged, IChoice
    {
        public NormSaved Saved;
        public float* Partial;
        public NormMap Map;

        public readonly void Invoke(int start, int end)
        {
            nint c = Map.C;
            for (int b = start; b < end; b++)
            {
                float* sums = Partial + 2 * b * c;
                new Span<float>(sums, 2 * (int)c).Clear();
                int n = Map.RowsOf(b);
                var saved = Saved.At(Map.Start(b), Map.Class(b) * c);
                for (nint c0 = 0; c0 < c; c0 += NormTile)
                {
                    nint last = Math.Min(c0 + NormTile, c);
                    for (int r = 0; r < n; r++) Row(saved, saved.X + r * c, saved.DY + r * c, c, c0, last, sums);
                }
            }
        }

        static void Row(in NormSaved saved, float* x, float* dy, nint c, nint k, nint last, float* sums)
        {
            int width = Vector<float>.Count;
            for (; k <= last - width; k += width)
            {
                var channels = new NormChannels<TRelu>(saved, k);
                var d = channels.Masked(Vector.Load(x + k), Vector.Load(dy + k), out Vector<float> xhat);
                (Vector.Load(sums + k) + d).Store(sums + k);
                (Vector.Load(sums + c + k) + d * xhat).Store(sums + c + k);
            }
            for (; k < last; k++)
            {
                float d = Masked<TRelu>(saved, k, x[k], dy[k], out float xhat);
                sums[k] += d;
                sums[c + k] += d * xhat;
            }
        }
    }

    /// <summary>
    /// An item is a channel: dbeta and dgamma from the sums of the blocks of each class; then, in place of the first block's
    /// sums, the means over all rows of gamma·dy and gamma·dy·xhat.
    /// </summary>
    struct NormMergeSums : IParallelBody
    {
        public float* Partial, Gamma, DBeta, DGamma;
        public NormMap Map;

        public readonly void Invoke(int start, int end)
        {
            nint stride = 2 * (nint)Map.C;
            for (int c = start; c < end; c++)
            {
                float* sums = Partial + c;
                float* products = sums + Map.C;
                double allSum = 0, allProduct = 0;
                for (int k = 0; k < Map.Classes; k++)
                {
                    double sum = 0, product = 0;
                    for (int b = 0; b < Map.Blocks; b++)
                    {
                        if (Map.Class(b) != k) continue;
                        sum += sums[b * stride];
                        product += products[b * stride];
                    }
                    nint at = k * (nint)Map.C + c;
                    DBeta[at] = (float)sum;
                    DGamma[at] = (float)product;
                    allSum += Gamma[at] * sum;
                    allProduct += Gamma[at] * product;
                }
                *sums = (float)(allSum / Map.Rows);
                *products = (float)(allProduct / Map.Rows);
            }
        }
    }

    /// <summary>dx = invStd·(gamma·dy − mean(gamma·dy) − xhat·mean(gamma·dy·xhat)).</summary>
    struct NormGradient<TRelu> : IParallelBody where TRelu : unmanaged, IChoice
    {
        public NormSaved Saved;
        public float* MeanDY, MeanDYXHat, DX;
        public NormMap Map;

        public readonly void Invoke(int start, int end)
        {
            nint c = Map.C;
            for (int item = start; item < end; item++)
            {
                int b = Map.Blocks - 1 - item, n = Map.RowsOf(b);
                nint first = Map.Start(b);
                var saved = Saved.At(first, Map.Class(b) * c);
                for (nint r = 0; r < n * c; r += c) Row(saved, saved.X + r, saved.DY + r, c, MeanDY, MeanDYXHat, DX + first + r);
            }
        }

        static void Row(in NormSaved saved, float* x, float* dy, nint c, float* meanDY, float* meanDYXHat, float* dx)
        {
            nint k = 0;
            int width = Vector<float>.Count;
            for (; k <= c - width; k += width)
            {
                var channels = new NormChannels<TRelu>(saved, k);
                var d = channels.Masked(Vector.Load(x + k), Vector.Load(dy + k), out Vector<float> xhat);
                (channels.Scale * d - channels.InvStd * (Vector.Load(meanDY + k) + xhat * Vector.Load(meanDYXHat + k)))
                    .Store(dx + k);
            }
            for (; k < c; k++)
            {
                float d = Masked<TRelu>(saved, k, x[k], dy[k], out float xhat);
                dx[k] = saved.Gamma[k] * saved.InvStd[k] * d - saved.InvStd[k] * (meanDY[k] + xhat * meanDYXHat[k]);
            }
        }
    }
}
