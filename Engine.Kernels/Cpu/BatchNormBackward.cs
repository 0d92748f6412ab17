using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    public override void BatchNormBackward(View x, View gamma, View beta, View mean, View invStd, View dy, View dx, View dgamma, View dbeta, in BatchNormSpec spec)
    {
        int c = x.Shape[-1];
        if (x.Count == 0)
        {
            new Span<float>(dgamma.F32, c).Clear();
            new Span<float>(dbeta.F32, c).Clear();
            return;
        }
        var map = new NormMap(x.Count, c);
        int grain = Math.Max(1, NormGrain / (NormRows * c));
        float* partial = (float*)_nnScratch.Take(2L * map.Blocks * c * sizeof(float));
        var saved = new NormSaved { X = x.F32, Gamma = gamma.F32, Beta = beta.F32, Mean = mean.F32, InvStd = invStd.F32, DY = dy.F32 };
        if (spec.Relu) Sums<Yes>(saved, partial, map, grain);
        else Sums<No>(saved, partial, map, grain);
        _workers.For(c, Math.Max(1, NormGrain / map.Blocks), new NormMergeSums { Partial = partial, DBeta = dbeta.F32, DGamma = dgamma.F32, Map = map });
        // The partial sums are merged; their memory now holds two numbers a channel.
        for (int k = 0; k < c; k++)
        {
            partial[k] = (float)((double)dbeta.F32[k] / map.Rows);
            partial[c + k] = (float)((double)dgamma.F32[k] / map.Rows);
        }
        if (spec.Relu) Gradient<Yes>(saved, partial, dx, map, grain);
        else Gradient<No>(saved, partial, dx, map, grain);
    }

    void Sums<TRelu>(in NormSaved saved, float* partial, NormMap map, int grain) where TRelu : unmanaged, IChoice =>
        _workers.For(map.Blocks, grain, new NormSums<TRelu> { Saved = saved, Partial = partial, Map = map });

    void Gradient<TRelu>(in NormSaved saved, float* means, View dx, NormMap map, int grain) where TRelu : unmanaged, IChoice =>
        _workers.For(map.Blocks, grain, new NormGradient<TRelu> { Saved = saved, MeanDY = means, MeanDYXHat = means + map.C, DX = dx.F32, Map = map });

    /// <summary>What the forward saw, and dy. With d = x − mean: xhat = d·invStd, and the output before ReLU is d·(gamma·invStd) + beta, rounded as there.</summary>
    struct NormSaved
    {
        public float* X, Gamma, Beta, Mean, InvStd, DY;

        /// <summary>dy where the output was positive (or a NaN), else 0; and xhat.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly Vector<float> Masked<TRelu>(nint row, int k, out Vector<float> xhat) where TRelu : unmanaged, IChoice
        {
            Vector<float> d = Vector.Load(X + row + k) - Vector.Load(Mean + k), invStd = Vector.Load(InvStd + k), dy = Vector.Load(DY + row + k);
            xhat = d * invStd;
            if (!TRelu.Value) return dy;
            var output = Vector.FusedMultiplyAdd(d, Vector.Load(Gamma + k) * invStd, Vector.Load(Beta + k));
            return Vector.ConditionalSelect(Vector.LessThanOrEqual(output, Vector<float>.Zero), Vector<float>.Zero, dy);
        }

        /// <inheritdoc cref="Masked{TRelu}(nint, int, out Vector{float})"/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly float Masked<TRelu>(nint row, int k, out float xhat) where TRelu : unmanaged, IChoice
        {
            float d = X[row + k] - Mean[k];
            xhat = d * InvStd[k];
            return TRelu.Value && MathF.FusedMultiplyAdd(d, Gamma[k] * InvStd[k], Beta[k]) <= 0 ? 0 : DY[row + k];
        }
    }

    /// <summary>Per block and channel Σ dy, then Σ dy·xhat, of the masked dy.</summary>
    struct NormSums<TRelu> : IRange where TRelu : unmanaged, IChoice
    {
        public NormSaved Saved;
        public float* Partial;
        public NormMap Map;

        public readonly void Invoke(int start, int end)
        {
            int c = Map.C, width = Vector<float>.Count;
            for (int b = start; b < end; b++)
            {
                float* sum = Partial + 2 * (nint)b * c;
                float* product = sum + c;
                new Span<float>(sum, 2 * c).Clear();
                int n = Map.RowsOf(b);
                for (int c0 = 0; c0 < c; c0 += NormTile)
                {
                    int c1 = Math.Min(c0 + NormTile, c);
                    nint row = (nint)b * NormRows * c;
                    int r = 0;
                    for (; r <= n - 2; r += 2, row += 2 * c)
                    {
                        int k = c0;
                        for (; k <= c1 - width; k += width)
                        {
                            var d0 = Saved.Masked<TRelu>(row, k, out Vector<float> x0);
                            var d1 = Saved.Masked<TRelu>(row + c, k, out Vector<float> x1);
                            (Vector.Load(sum + k) + (d0 + d1)).Store(sum + k);
                            (Vector.Load(product + k) + (d0 * x0 + d1 * x1)).Store(product + k);
                        }
                        Tail(row, k, c1, sum, product);
                        Tail(row + c, k, c1, sum, product);
                    }
                    if (r < n) Tail(row, c0, c1, sum, product);
                }
            }
        }

        readonly void Tail(nint row, int k, int c1, float* sum, float* product)
        {
            for (; k < c1; k++)
            {
                float d = Saved.Masked<TRelu>(row, k, out float xhat);
                sum[k] += d;
                product[k] += d * xhat;
            }
        }
    }

    /// <summary>An item is a channel: dbeta and dgamma from the blocks' sums.</summary>
    struct NormMergeSums : IRange
    {
        public float* Partial, DBeta, DGamma;
        public NormMap Map;

        public readonly void Invoke(int start, int end)
        {
            nint stride = 2 * (nint)Map.C;
            for (int c = start; c < end; c++)
            {
                float* sums = Partial + c;
                float* products = sums + Map.C;
                double sum = 0, product = 0;
                for (int b = 0; b < Map.Blocks; b++)
                {
                    sum += sums[b * stride];
                    product += products[b * stride];
                }
                DBeta[c] = (float)sum;
                DGamma[c] = (float)product;
            }
        }
    }

    /// <summary>dx = gamma·invStd·(dy − dbeta / M − xhat·dgamma / M).</summary>
    struct NormGradient<TRelu> : IRange where TRelu : unmanaged, IChoice
    {
        public NormSaved Saved;
        public float* MeanDY, MeanDYXHat, DX;
        public NormMap Map;

        public readonly void Invoke(int start, int end)
        {
            int c = Map.C, width = Vector<float>.Count;
            for (int b = start; b < end; b++)
            {
                nint row = (nint)b * NormRows * c;
                for (int r = Map.RowsOf(b); r > 0; r--, row += c)
                {
                    int k = 0;
                    for (; k <= c - width; k += width)
                    {
                        var dy = Saved.Masked<TRelu>(row, k, out Vector<float> xhat);
                        var inner = dy - Vector.Load(MeanDY + k) - xhat * Vector.Load(MeanDYXHat + k);
                        (Vector.Load(Saved.Gamma + k) * Vector.Load(Saved.InvStd + k) * inner).Store(DX + row + k);
                    }
                    for (; k < c; k++)
                    {
                        float dy = Saved.Masked<TRelu>(row, k, out float xhat);
                        DX[row + k] = Saved.Gamma[k] * Saved.InvStd[k] * (dy - MeanDY[k] - xhat * MeanDYXHat[k]);
                    }
                }
            }
        }
    }
}
