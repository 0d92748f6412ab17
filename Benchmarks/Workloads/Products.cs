using Ssgan.Engine.Kernels;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>
/// Matrix products: large squares, a convolution's as one product, the linear layers of SSGAN-32, and a matrix times a vector.
/// </summary>
static class Products
{
    static readonly (int M, int N, int K)[] s_sizes = [(1024, 1024, 1024), (256, 9216, 2304), (64, 4096, 128),
        (64, 4, 128), (4096, 1, 4096)];

    public static IEnumerable<Workload> All(Variant v)
    {
        foreach (var (m, n, k) in s_sizes)
        {
            yield return Of(v, m, n, k, transposeB: false).Short();
            yield return Of(v, m, n, k, transposeB: true).Short(m == n);
        }
    }

    static Workload Of(Variant v, int m, int n, int k, bool transposeB)
    {
        var (rows, columns, terms) = (v.Width(m), v.Width(n), v.Width(k));
        var (a, b, c) = (new Shape(rows, terms), transposeB ? new Shape(columns, terms) : new Shape(terms, columns),
            new Shape(rows, columns));
        long bytes = (a.Count + b.Count + c.Count) * v.Storage.Size();
        return new($"gemm/{v.Precision}/{m}x{n}x{k}{(transposeB ? "/transposed" : "")}", v.Precision, bytes,
            2.0 * rows * columns * terms, bed =>
        {
            var (x, y, z) = (bed.Numbers(a, v.Storage), bed.Numbers(b, v.Storage), bed.Empty(c, v.Storage));
            return () => bed.Backend.MatMul(x, false, y, transposeB, z, false);
        });
    }
}
