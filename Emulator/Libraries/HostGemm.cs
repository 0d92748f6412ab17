using System.Numerics;

namespace Ssgan.Emulator;

/// <summary>Rows of floats, each padded with zeros to whole vectors.</summary>
sealed class PackedRows(int rows, int length)
{
    public int Rows { get; } = rows;

    /// <summary>Floats from one row to the next.</summary>
    public int Stride { get; } = (length + Vector<float>.Count - 1) / Vector<float>.Count * Vector<float>.Count;
    public float[] Data { get; } =
        new float[(long)rows * ((length + Vector<float>.Count - 1) / Vector<float>.Count * Vector<float>.Count)];

    public Span<float> Row(int row) => Data.AsSpan(row * Stride, Stride);
}

/// <summary>The one product that cuBLAS and cuDNN come down to here: all pairs of rows, multiplied and summed.</summary>
static unsafe class HostGemm
{
    const int TileRows = 4, TileColumns = 2;

    /// <summary>c[i, j] = sum over p of a[i, p] b[j, p] for a (m, k), b (n, k); in parallel over rows of a.</summary>
    public static float[] Multiply(PackedRows a, PackedRows b)
    {
        float[] c = new float[(long)a.Rows * b.Rows];
        const int chunk = 16;
        Parallel.For(0, (a.Rows + chunk - 1) / chunk, i =>
        {
            int first = i * chunk, rows = Math.Min(chunk, a.Rows - first);
            Multiply(a, first, rows, b, c.AsSpan(first * b.Rows, rows * b.Rows));
        });
        return c;
    }

    /// <summary>The same for some rows of a, on this thread. The sum goes in pieces that the caches hold.</summary>
    public static void Multiply(PackedRows a, int first, int rows, PackedRows b, Span<float> c)
    {
        const int depth = 2048;
        int n = b.Rows, stride = a.Stride;
        c.Clear();
        fixed (float* pa = a.Data, pb = b.Data, pc = c)
        {
            for (int p = 0; p < stride; p += depth)
            {
                int k = Math.Min(depth, stride - p);
                for (int j = 0; j < n; j += TileColumns)
                {
                    float* column = pb + (long)j * stride + p;
                    for (int i = 0; i < rows; i += TileRows)
                    {
                        float* row = pa + (long)(first + i) * stride + p;
                        if (i + TileRows <= rows && j + TileColumns <= n) Tile(row, column, stride, k, pc + i * n + j, n);
                        else Edge(row, Math.Min(TileRows, rows - i), column, Math.Min(TileColumns, n - j),
                            stride, k, pc + i * n + j, n);
                    }
                }
            }
        }
    }

    static void Tile(float* a, float* b, int stride, int k, float* c, int ldc)
    {
        float* a1 = a + stride, a2 = a1 + stride, a3 = a2 + stride, b1 = b + stride;
        Vector<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default,
            c30 = default, c31 = default;
        for (int p = 0; p < k; p += Vector<float>.Count)
        {
            var y0 = Vector.Load(b + p);
            var y1 = Vector.Load(b1 + p);
            var x = Vector.Load(a + p);
            c00 = Vector.FusedMultiplyAdd(x, y0, c00);
            c01 = Vector.FusedMultiplyAdd(x, y1, c01);
            x = Vector.Load(a1 + p);
            c10 = Vector.FusedMultiplyAdd(x, y0, c10);
            c11 = Vector.FusedMultiplyAdd(x, y1, c11);
            x = Vector.Load(a2 + p);
            c20 = Vector.FusedMultiplyAdd(x, y0, c20);
            c21 = Vector.FusedMultiplyAdd(x, y1, c21);
            x = Vector.Load(a3 + p);
            c30 = Vector.FusedMultiplyAdd(x, y0, c30);
            c31 = Vector.FusedMultiplyAdd(x, y1, c31);
        }
        c[0] += Vector.Sum(c00);
        c[1] += Vector.Sum(c01);
        c += ldc;
        c[0] += Vector.Sum(c10);
        c[1] += Vector.Sum(c11);
        c += ldc;
        c[0] += Vector.Sum(c20);
        c[1] += Vector.Sum(c21);
        c += ldc;
        c[0] += Vector.Sum(c30);
        c[1] += Vector.Sum(c31);
    }

    static void Edge(float* a, int rows, float* b, int columns, int stride, int k, float* c, int ldc)
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                Vector<float> sum = default;
                for (int p = 0; p < k; p += Vector<float>.Count)
                    sum = Vector.FusedMultiplyAdd(Vector.Load(a + i * stride + p), Vector.Load(b + j * stride + p), sum);
                c[i * ldc + j] += Vector.Sum(sum);
            }
        }
    }
}
