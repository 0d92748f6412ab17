using Ssgan.Emulator;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Engine.Kernels.Cpu.Gemm;
using Ssgan.Gan.Settings;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Kernels;

[TestFixture(SimdPath.Vector128, 2)]
[TestFixture(SimdPath.Vector256, 2)]
[TestFixture(SimdPath.Vector512, 2)]
[TestFixture(SimdPath.Auto, 1)]
[TestFixture(SimdPath.Auto, 3)]
sealed class MatMulTests(SimdPath simd, int threads)
{
    readonly CpuBackend _backend = new(threads, simd);

    [OneTimeTearDown]
    public void DisposeBackend() => _backend.Dispose();

    // Sizes around the tiles (4, 6, 8 rows; 8, 16, 32 columns), the blocks of 256 k and of 132 rows, vectors, and the shapes
    // of linear layers.
    static readonly int[][] s_sizes =
    [
        [1, 1, 1], [1, 5, 3], [4, 8, 7], [6, 16, 8], [7, 17, 9], [8, 32, 16], [13, 33, 31], [5, 1, 130], [64, 1, 128],
        [1, 40, 70], [3, 2, 300], [64, 4, 128], [40, 96, 257], [133, 65, 40], [270, 40, 65], [64, 512, 128], [150, 130, 520],
    ];

    static IEnumerable<TestCaseData> Cases()
    {
        foreach (var s in s_sizes)
        {
            foreach (bool transposeA in (bool[])[false, true])
            {
                foreach (bool transposeB in (bool[])[false, true])
                    yield return new TestCaseData(s[0], s[1], s[2], transposeA, transposeB);
            }
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Equals_sums_in_double(int m, int n, int k, bool transposeA, bool transposeB)
    {
        foreach (bool accumulate in (bool[])[false, true]) Check(new Shape(m, n), m, n, k, 1, transposeA, transposeB, accumulate);
    }

    [Test]
    public void Multiplies_each_batch([Values] bool transposeA, [Values] bool transposeB, [Values] bool accumulate) =>
        Check(new Shape(3, 11, 19), 11, 19, 23, 3, transposeA, transposeB, accumulate);

    void Check(Shape shape, int m, int n, int k, int batches, bool transposeA, bool transposeB, bool accumulate)
    {
        var random = new Random(m * 31 + n * 7 + k);
        float[] av = GuardedArray.Random(random, (long)batches * m * k), bv = GuardedArray.Random(random, (long)batches * k * n);
        var cv = GuardedArray.Random(random, shape.Count);
        using var a = new GuardedArray(_backend, Batch(transposeA ? k : m, transposeA ? m : k), av);
        using var b = new GuardedArray(_backend, Batch(transposeB ? n : k, transposeB ? k : n), bv);
        using var c = new GuardedArray(_backend, shape, accumulate ? cv : null);
        _backend.MatMul(a.View, transposeA, b.View, transposeB, c.View, accumulate);

        var expected = new double[shape.Count];
        for (int z = 0; z < batches; z++)
        {
            for (int i = 0; i < m; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    int at = (z * m + i) * n + j;
                    double sum = accumulate ? cv[at] : 0;
                    for (int l = 0; l < k; l++)
                    {
                        sum += (double)av[z * m * k + (transposeA ? l * m + i : i * k + l)] * bv[z * k * n + (transposeB
                            ? j * k + l : l * n + j)];
                    }
                    expected[at] = sum;
                }
            }
        }
        GuardedArray.AssertClose(c.Read(), expected, k,
            $"({m}, {k}){(transposeA ? "T" : "")} x ({k}, {n}){(transposeB ? "T" : "")} accumulate {accumulate}");

        Shape Batch(int rows, int columns) => shape.Rank == 3 ? new Shape(batches, rows, columns) : new Shape(rows, columns);
    }

    [Test]
    public void Sum_over_nothing_is_zero_or_stays()
    {
        using var a = new GuardedArray(_backend, new Shape(3, 0));
        using var b = new GuardedArray(_backend, new Shape(0, 5));
        using var c = new GuardedArray(_backend, new Shape(3, 5));
        _backend.MatMul(a.View, false, b.View, false, c.View, false);
        Assert.That(c.Read(), Is.All.EqualTo(0f));
        using var d = new GuardedArray(_backend, new Shape(1, 2), [3, 4]);
        _backend.MatMul(a.View.As(new Shape(1, 0)), false, b.View.As(new Shape(0, 2)), false, d.View, true);
        Assert.That(d.Read(), Is.EqualTo(new float[] { 3, 4 }));
    }

    [Test]
    public void Empty_result_is_left_alone([Values(0, 4)] int m)
    {
        int n = 4 - m;
        using var a = new GuardedArray(_backend, new Shape(m, 3));
        using var b = new GuardedArray(_backend, new Shape(3, n));
        using var c = new GuardedArray(_backend, new Shape(m, n));
        _backend.MatMul(a.View, false, b.View, false, c.View, false);
        Assert.That(c.Read(), Is.Empty);
    }

    [Test]
    public void Not_a_number_and_infinity_stay_in_their_row_and_column()
    {
        const int M = 9, N = 18, K = 5;
        var random = new Random(5);
        float[] av = GuardedArray.Random(random, M * K), bv = GuardedArray.Random(random, K * N);
        av[7 * K + 2] = float.NaN;
        bv[3 * N + 17] = float.PositiveInfinity;
        using var a = new GuardedArray(_backend, new Shape(M, K), av);
        using var b = new GuardedArray(_backend, new Shape(K, N), bv);
        using var c = new GuardedArray(_backend, new Shape(M, N));
        _backend.MatMul(a.View, false, b.View, false, c.View, false);
        var y = c.Read();
        for (int i = 0; i < M; i++)
        {
            for (int j = 0; j < N; j++)
            {
                float v = y[i * N + j];
                if (i == 7) Assert.That(v, Is.NaN);
                else if (j == 17) Assert.That(v, Is.EqualTo(av[i * K + 3] > 0 ? float.PositiveInfinity : float.NegativeInfinity));
                else Assert.That(float.IsFinite(v));
            }
        }
    }

    [Test]
    public void Same_bytes_whatever_the_number_of_threads()
    {
        const int M = 140, N = 75, K = 700;
        var random = new Random(6);
        float[] av = GuardedArray.Random(random, M * K), bv = GuardedArray.Random(random, K * N);
        float[]? first = null;
        foreach (int count in (int[])[1, 1, 2, 4])
        {
            using var backend = new CpuBackend(count, simd);
            using var a = new GuardedArray(backend, new Shape(K, M), av);
            using var b = new GuardedArray(backend, new Shape(N, K), bv);
            using var c = new GuardedArray(backend, new Shape(M, N));
            backend.MatMul(a.View, true, b.View, true, c.View, false);
            var y = c.Read();
            first ??= y;
            Assert.That(y.AsSpan().SequenceEqual(first), $"{count} threads");
        }
    }

    [Test]
    public void Allocates_nothing_in_steady_state([Values] bool transposeA, [Values] bool transposeB)
    {
        const int M = 150, N = 70, K = 300;
        var random = new Random(7);
        using var a = new GuardedArray(_backend, transposeA ? new Shape(K, M) : new Shape(M, K),
            GuardedArray.Random(random, M * K));
        using var b = new GuardedArray(_backend, transposeB ? new Shape(N, K) : new Shape(K, N),
            GuardedArray.Random(random, N * K));
        using var c = new GuardedArray(_backend, new Shape(M, N));
        TensorView av = a.View, bv = b.View, cv = c.View;
        Assert.That(Allocations.PerRound(() => _backend.MatMul(av, transposeA, bv, transposeB, cv, false)), Is.Zero);
    }
}
