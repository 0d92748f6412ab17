using Ssgan.Emulator;
using Ssgan.Engine.Kernels.Conformance;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Engine.Kernels.Cuda;

namespace Ssgan.Tests.Conformance;

/// <summary>
/// The linear layers' rows where cuBLAS multiplies and a kernel adds the bias: without cuBLASLt, and without an algorithm of it.
/// </summary>
[TestFixture(false)]
[TestFixture(true)]
sealed class LinearPathTests : IDisposable
{
    readonly CpuBackend _cpu = new(2);
    readonly EmulatedCuda _device;
    readonly CudaBackend _cuda;

    public LinearPathTests(bool installed)
    {
        _device = new EmulatedCuda(new EmulatorOptions { HasCuBlasLt = installed, MissingAlgorithms = [66, 31, 11, 7] });
        _cuda = new CudaBackend(_device);
    }

    static IEnumerable<ConformanceCase> Rows => ConformanceTable.All.Where(static row => !row.IsLarge && row.Stem == "Linear");

    [TestCaseSource(nameof(Rows))]
    public void Agrees_with_the_cpu(ConformanceCase row) => Assert.That(row.Against(_cpu, _cuda, fill: false), Is.Null);

    [OneTimeTearDown]
    public void Dispose()
    {
        _cuda.Dispose();
        _cpu.Dispose();
        _device.Dispose();
        Assert.That(_device.Leaks(), Is.Empty);
        // Otherwise another way would have been tested.
        Assert.That((_device.Calls("cublasLtMatmul"), _device.Calls("cublasGemmEx") > 0), Is.EqualTo((0L, true)));
    }
}
