using System.Numerics;

namespace Ssgan.Gan.Metrics.Scores;

/// <summary>A matrix whose rows are read in pieces.</summary>
interface IMatrixRows
{
    int Rows { get; }
    int Columns { get; }

    /// <summary>The values of a row from a column on, as many as the destination has.</summary>
    void Copy(int row, int column, Span<double> destination);
}

/// <summary>A row-major matrix.</summary>
readonly struct DoubleRows(ReadOnlyMemory<double> values, int columns) : IMatrixRows
{
    public int Rows => values.Length / columns;
    public int Columns => columns;

    public void Copy(int row, int column, Span<double> destination) =>
        values.Span.Slice(row * columns + column, destination.Length).CopyTo(destination);
}

/// <summary>
/// aᵀ·b in double, for covariances and their roots: a (k, m), b (k, n) give (m, n). The result is cut into tiles, each summed by
/// one thread over k in order. A micro-kernel holds 4 rows x 3 vectors of a tile in registers; both operands are packed
/// for it in blocks of k that stay in the second-level cache.
/// </summary>
static unsafe class GramProduct
{
    // A tile and the packed blocks take 700 KB. The tile is a multiple of 4 rows and of 3 vectors of 2, 4 or 8 doubles.
    const int Tile = 192, Depth = 128, KernelRows = 4;
    static int KernelColumns => 3 * Vector<double>.Count;

    /// <param name="a">(k, m).</param>
    /// <param name="b">(k, n).</param>
    /// <param name="symmetric">The result is known to be: only its upper tiles are computed.</param>
    /// <param name="threads">Threads that may take part; 0 takes one per logical processor.</param>
    /// <returns>(m, n), row-major.</returns>
    internal static double[] Of<TA, TB>(TA a, TB b, bool symmetric, int threads)
        where TA : struct, IMatrixRows
        where TB : struct, IMatrixRows
    {
        int m = a.Columns, n = b.Columns;
        double[] c = new double[checked(m * n)];
        var tiles = new List<(int Row, int Column)>();
        for (int i = 0; i < m; i += Tile)
            for (int j = symmetric ? i : 0; j < n; j += Tile) tiles.Add((i, j));
        HostLoop.For(threads, tiles.Count, t => Multiply(a, b, tiles[t].Row, tiles[t].Column, c));
        if (symmetric)
        {
            for (int i = 0; i < m; i++)
                for (int j = 0; j < i; j++) c[i * n + j] = c[j * n + i];
        }
        return c;
    }

    static void Multiply<TA, TB>(TA a, TB b, int row, int column, double[] c)
        where TA : struct, IMatrixRows
        where TB : struct, IMatrixRows
    {
        int height = Math.Min(Tile, a.Columns - row), width = Math.Min(Tile, b.Columns - column);
        double[] tile = new double[Tile * Tile], left = new double[Tile * Depth], right = new double[Tile * Depth];
        fixed (double* t = tile, l = left, r = right)
        {
            for (int k = 0; k < a.Rows; k += Depth)
            {
                int depth = Math.Min(Depth, a.Rows - k);
                Pack(a, k, depth, row, height, KernelRows, left);
                Pack(b, k, depth, column, width, KernelColumns, right);
                for (int j = 0; j < width; j += KernelColumns)
                    for (int i = 0; i < height; i += KernelRows)
                        Run(l + i * depth, r + j * depth, t + i * Tile + j, depth);
            }
        }
        for (int i = 0; i < height; i++)
            tile.AsSpan(i * Tile, width).CopyTo(c.AsSpan((row + i) * b.Columns + column));
    }

    /// <summary>Panels of some columns each, (columns / panel, depth, panel); what is beyond the matrix is zero.</summary>
    static void Pack<T>(T source, int row, int depth, int column, int columns, int panel, double[] packed)
        where T : struct, IMatrixRows
    {
        Span<double> line = stackalloc double[Tile];
        line.Clear();
        for (int k = 0; k < depth; k++)
        {
            source.Copy(row + k, column, line[..columns]);
            for (int j = 0; j < columns; j += panel)
                line.Slice(j, panel).CopyTo(packed.AsSpan(j * depth + k * panel));
        }
    }

    static void Run(double* a, double* b, double* c, int depth)
    {
        int w = Vector<double>.Count;
        double* d1 = c + Tile, d2 = d1 + Tile, d3 = d2 + Tile;
        Vector<double> c00 = Vector.Load(c), c01 = Vector.Load(c + w), c02 = Vector.Load(c + 2 * w);
        Vector<double> c10 = Vector.Load(d1), c11 = Vector.Load(d1 + w), c12 = Vector.Load(d1 + 2 * w);
        Vector<double> c20 = Vector.Load(d2), c21 = Vector.Load(d2 + w), c22 = Vector.Load(d2 + 2 * w);
        Vector<double> c30 = Vector.Load(d3), c31 = Vector.Load(d3 + w), c32 = Vector.Load(d3 + 2 * w);
        for (int k = 0; k < depth; k++, a += KernelRows, b += 3 * w)
        {
            Vector<double> b0 = Vector.Load(b), b1 = Vector.Load(b + w), b2 = Vector.Load(b + 2 * w);
            var x = new Vector<double>(a[0]);
            c00 = Vector.MultiplyAddEstimate(x, b0, c00);
            c01 = Vector.MultiplyAddEstimate(x, b1, c01);
            c02 = Vector.MultiplyAddEstimate(x, b2, c02);
            x = new Vector<double>(a[1]);
            c10 = Vector.MultiplyAddEstimate(x, b0, c10);
            c11 = Vector.MultiplyAddEstimate(x, b1, c11);
            c12 = Vector.MultiplyAddEstimate(x, b2, c12);
            x = new Vector<double>(a[2]);
            c20 = Vector.MultiplyAddEstimate(x, b0, c20);
            c21 = Vector.MultiplyAddEstimate(x, b1, c21);
            c22 = Vector.MultiplyAddEstimate(x, b2, c22);
            x = new Vector<double>(a[3]);
            c30 = Vector.MultiplyAddEstimate(x, b0, c30);
            c31 = Vector.MultiplyAddEstimate(x, b1, c31);
            c32 = Vector.MultiplyAddEstimate(x, b2, c32);
        }
        c00.Store(c); c01.Store(c + w); c02.Store(c + 2 * w);
        c10.Store(d1); c11.Store(d1 + w); c12.Store(d1 + 2 * w);
        c20.Store(d2); c21.Store(d2 + w); c22.Store(d2 + 2 * w);
        c30.Store(d3); c31.Store(d3 + w); c32.Store(d3 + 2 * w);
    }
}
