using System.Numerics;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

// All layers go through each phase in one parallel loop: most are too small to share between threads, and a loop's hand-over
// costs more than their work. Blocks have fixed sizes and each result has one owner, so the thread count changes no bit.
public sealed unsafe partial class CpuBackend
{
    // Columns of Wᵀu per item: their sums stay in the L1 cache while the rows stream by.
    const int SpectralColumns = 256;
    // Elements of W per item of the loops over rows or elements.
    const int SpectralBlock = 32768;
    const float SmallestNormal = 1.17549435e-38f;

    /// <inheritdoc/>
    public override void SpectralNormForward(ReadOnlySpan<SpectralLayer> layers, int iterations, float epsilon)
    {
        int count = layers.Length, maps = 3 * BlockMap.Bytes(count);
        long rows = 0;
        foreach (ref readonly var layer in layers) rows += layer.U.Count;
        byte* scratch = _scratch.SharedBytes(maps + rows * sizeof(float));
        // y = Wv of all layers, one after the other.
        float* y = (float*)scratch;
        int* first = (int*)(y + rows);
        BlockMap byColumns = new(first, count), byRows = new(first + count + 1, count),
            byElements = new(first + 2 * (count + 1), count);
        for (int i = 0; i < count; i++)
        {
            byColumns.Set(i, (layers[i].V.Count + SpectralColumns - 1) / SpectralColumns);
            byRows.Set(i, (layers[i].U.Count + RowsPerItem(layers[i]) - 1) / RowsPerItem(layers[i]));
            byElements.Set(i, (layers[i].W.Count + SpectralBlock - 1) / SpectralBlock);
        }
        if (count == 0) return;
        fixed (SpectralLayer* p = layers)
        {
            for (int t = 0; t < iterations; t++)
            {
                _workers.For(byColumns.Items, 1, new TransposeTimesU { Layers = p, Map = byColumns });
                for (int i = 0; i < count; i++) Normalize(p[i].V.F32, p[i].V.F32, p[i].V.Count, epsilon);
                TimesV(p, byRows, y);
                long at = 0;
                for (int i = 0; i < count; at += p[i++].U.Count) Normalize(y + at, p[i].U.F32, p[i].U.Count, epsilon);
            }
            // The last u was made from this y = Wv; only where no iteration ran is it still to be computed.
            if (iterations <= 0) TimesV(p, byRows, y);
            long row = 0;
            for (int i = 0; i < count; row += p[i++].U.Count)
                *p[i].Sigma.F32 = (float)Dot(p[i].U.F32, y + row, p[i].U.Count);
            _workers.For(byElements.Items, 1, new DivideBySigma { Layers = p, Map = byElements });
        }
    }

    /// <inheritdoc/>
    public override void SpectralNormBackward(ReadOnlySpan<SpectralLayer> layers, ReadOnlySpan<TensorView> dn,
        ReadOnlySpan<TensorView> dw)
    {
        for (int i = 0; i < layers.Length; i++) AddSpectralGradient(layers[i], dn[i], dw[i]);
    }

    void AddSpectralGradient(in SpectralLayer layer, TensorView dn, TensorView dw)
    {
        if (layer.W.Count == 0) return;
        int blocks = checked((int)((layer.W.Count + SpectralBlock - 1) / SpectralBlock));
        double* partial = (double*)_scratch.SharedBytes((long)blocks * sizeof(double));
        _workers.For(blocks, 1, new DotBlocks { A = dn.F32, B = layer.W.F32, Partial = partial, Count = layer.W.Count });
        double dot = 0, sigma = *layer.Sigma.F32;
        for (int i = 0; i < blocks; i++) dot += partial[i];
        // The quotient has no gradient where sigma is 0; 0 keeps what comes after finite.
        double inverse = sigma == 0 ? 0 : 1 / sigma;
        int columns = checked((int)layer.V.Count);
        _workers.For(checked((int)layer.U.Count), Math.Max(1, SpectralBlock / columns), new SpectralGradient
        {
            DN = dn.F32, U = layer.U.F32, V = layer.V.F32, DW = dw.F32, Columns = columns, Scale = (float)inverse,
            Coefficient = dot * inverse * inverse,
        });
    }

    void TimesV(SpectralLayer* layers, BlockMap byRows, float* y) =>
        _workers.For(byRows.Items, 1, new MatrixTimesV { Layers = layers, Map = byRows, Y = y });

    static long RowsPerItem(in SpectralLayer layer) => Math.Max(1, SpectralBlock / Math.Max(1, layer.V.Count));

    /// <summary>y = x / max(‖x‖, epsilon); y may be x.</summary>
    static void Normalize(float* x, float* y, long count, float epsilon)
    {
        float scale = (float)(1 / Math.Max(Math.Sqrt(Dot(x, x, count)), epsilon));
        long i = 0;
        int width = Vector<float>.Count;
        for (; i <= count - width; i += width) (Vector.Load(x + i) * scale).Store(y + i);
        for (; i < count; i++) y[i] = x[i] * scale;
    }

    /// <summary>⟨a, b⟩: single precision within a stretch of 1024, double across stretches.</summary>
    static double Dot(float* a, float* b, long count)
    {
        const int Stretch = 1024;
        double sum = 0;
        int width = Vector<float>.Count;
        for (long start = 0; start < count; start += Stretch)
        {
            float* p = a + start;
            float* q = b + start;
            int n = (int)Math.Min(Stretch, count - start), i = 0;
            Vector<float> s0 = default, s1 = default, s2 = default, s3 = default;
            for (; i <= n - 4 * width; i += 4 * width)
            {
                s0 += Vector.Load(p + i) * Vector.Load(q + i);
                s1 += Vector.Load(p + i + width) * Vector.Load(q + i + width);
                s2 += Vector.Load(p + i + 2 * width) * Vector.Load(q + i + 2 * width);
                s3 += Vector.Load(p + i + 3 * width) * Vector.Load(q + i + 3 * width);
            }
            for (; i <= n - width; i += width) s0 += Vector.Load(p + i) * Vector.Load(q + i);
            float part = Vector.Sum(s0 + s1 + (s2 + s3));
            for (; i < n; i++) part += p[i] * q[i];
            sum += part;
        }
        return sum;
    }

    /// <summary>v = Wᵀu, not yet normalised: the rows of a block of columns, each times its u, four at a time.</summary>
    struct TransposeTimesU : IParallelBody
    {
        public SpectralLayer* Layers;
        public BlockMap Map;

        public readonly void Invoke(int start, int end)
        {
            for (int item = start; item < end; item++)
            {
                ref SpectralLayer layer = ref Layers[Map.Find(item, out int block)];
                nint columns = (nint)layer.V.Count, c0 = (nint)block * SpectralColumns;
                float* v = layer.V.F32 + c0;
                int width = (int)Math.Min(SpectralColumns, columns - c0), rows = (int)layer.U.Count, r = 0;
                new Span<float>(v, width).Clear();
                float* w = layer.W.F32 + c0;
                float* u = layer.U.F32;
                for (; r <= rows - 4; r += 4) AddRows(w + r * columns, columns, 4, u + r, v, width);
                for (; r < rows; r++) AddRows(w + r * columns, 0, 1, u + r, v, width);
            }
        }

        static void AddRows(float* w, nint stride, int rows, float* u, float* v, int count)
        {
            // One row is the sum of four with three zero weights: the same pointers, and finite as long as the row is.
            float u0 = u[0], u1 = rows == 4 ? u[1] : 0, u2 = rows == 4 ? u[2] : 0, u3 = rows == 4 ? u[3] : 0;
            float* w1 = w + stride;
            float* w2 = w1 + stride;
            float* w3 = w2 + stride;
            int i = 0, width = Vector<float>.Count;
            for (; i <= count - width; i += width)
            {
                var sum = Vector.Load(w + i) * u0 + Vector.Load(w1 + i) * u1
                    + (Vector.Load(w2 + i) * u2 + Vector.Load(w3 + i) * u3);
                (Vector.Load(v + i) + sum).Store(v + i);
            }
            for (; i < count; i++) v[i] += w[i] * u0 + w1[i] * u1 + (w2[i] * u2 + w3[i] * u3);
        }
    }

    /// <summary>y = Wv, a block of rows per item.</summary>
    struct MatrixTimesV : IParallelBody
    {
        public SpectralLayer* Layers;
        public BlockMap Map;
        public float* Y;

        public readonly void Invoke(int start, int end)
        {
            for (int item = start; item < end; item++)
            {
                int index = Map.Find(item, out int block);
                float* y = Y;
                for (int i = 0; i < index; i++) y += Layers[i].U.Count;
                ref SpectralLayer layer = ref Layers[index];
                long columns = layer.V.Count, each = RowsPerItem(layer), last = Math.Min((block + 1) * each, layer.U.Count);
                for (long r = block * each; r < last; r++) y[r] = (float)Dot(layer.W.F32 + r * columns, layer.V.F32, columns);
            }
        }
    }

    /// <summary>Normalized = W / sigma.</summary>
    struct DivideBySigma : IParallelBody
    {
        public SpectralLayer* Layers;
        public BlockMap Map;

        public readonly void Invoke(int start, int end)
        {
            int width = Vector<float>.Count;
            for (int item = start; item < end; item++)
            {
                ref SpectralLayer layer = ref Layers[Map.Find(item, out int block)];
                long i = (long)block * SpectralBlock, last = Math.Min(i + SpectralBlock, layer.W.Count);
                float* w = layer.W.F32;
                float* n = layer.Normalized.F32;
                // By the smallest normal number in place of 0: a zero weight stays zero, where 0 / 0 would be NaN.
                float sigma = *layer.Sigma.F32 is not 0 and var value ? value : SmallestNormal;
                var s = new Vector<float>(sigma);
                for (; i <= last - width; i += width) (Vector.Load(w + i) / s).Store(n + i);
                for (; i < last; i++) n[i] = w[i] / sigma;
            }
        }
    }

    struct DotBlocks : IParallelBody
    {
        public float* A, B;
        public double* Partial;
        public long Count;

        public readonly void Invoke(int start, int end)
        {
            for (int i = start; i < end; i++)
            {
                long first = (long)i * SpectralBlock;
                Partial[i] = Dot(A + first, B + first, Math.Min(SpectralBlock, Count - first));
            }
        }
    }

    /// <summary>dw += dn / sigma − coefficient·u·vᵀ; an item is a row.</summary>
    struct SpectralGradient : IParallelBody
    {
        public float* DN, U, V, DW;
        public int Columns;
        public float Scale;
        public double Coefficient;

        public readonly void Invoke(int start, int end)
        {
            int width = Vector<float>.Count;
            for (int r = start; r < end; r++)
            {
                float* dn = DN + (nint)r * Columns;
                float* dw = DW + (nint)r * Columns;
                float weight = (float)(Coefficient * U[r]);
                int i = 0;
                for (; i <= Columns - width; i += width)
                    (Vector.Load(dw + i) + (Vector.Load(dn + i) * Scale - Vector.Load(V + i) * weight)).Store(dw + i);
                for (; i < Columns; i++) dw[i] += dn[i] * Scale - V[i] * weight;
            }
        }
    }
}
