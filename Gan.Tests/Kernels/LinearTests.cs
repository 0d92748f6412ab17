using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Engine.Kernels.Cpu.Gemm;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Kernels;

[TestFixture(SimdPath.Vector128, 2)]
[TestFixture(SimdPath.Vector256, 2)]
[TestFixture(SimdPath.Vector512, 2)]
[TestFixture(SimdPath.Auto, 1)]
sealed class LinearTests(SimdPath simd, int threads)
{
    readonly CpuBackend _backend = new(threads, simd);

    [OneTimeTearDown]
    public void DisposeBackend() => _backend.Dispose();

    // Outputs on both sides of what dot products take, sums longer than a block, and none.
    [TestCase(1, 1, 1)]
    [TestCase(64, 4, 128)]
    [TestCase(7, 5, 300)]
    [TestCase(13, 40, 520)]
    [TestCase(64, 512, 128)]
    [TestCase(3, 6, 0)]
    public void Equals_sums_in_double(int rows, int outputs, int inputs)
    {
        var random = new Random(rows * 31 + outputs * 7 + inputs);
        float[] xs = GuardedArray.Random(random, (long)rows * inputs), ws = GuardedArray.Random(random, (long)outputs * inputs);
        float[] bs = GuardedArray.Random(random, outputs);
        using var x = new GuardedArray(_backend, new Shape(rows, inputs), xs);
        using var w = new GuardedArray(_backend, new Shape(outputs, inputs), ws);
        using var bias = new GuardedArray(_backend, new Shape(outputs), bs);
        using var y = new GuardedArray(_backend, new Shape(rows, outputs));
        _backend.Linear(x.View, w.View, bias.View, y.View);
        var expected = new double[rows * outputs];
        for (int i = 0; i < expected.Length; i++)
        {
            expected[i] = bs[i % outputs];
            for (int d = 0; d < inputs; d++) expected[i] += (double)xs[i / outputs * inputs + d] * ws[i % outputs * inputs + d];
        }
        GuardedArray.AssertClose(y.Read(), expected, inputs + 1, $"({rows}, {inputs}) x ({outputs}, {inputs})T + bias");
    }
}
