using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Engine.Kernels.Cpu.Gemm;
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
