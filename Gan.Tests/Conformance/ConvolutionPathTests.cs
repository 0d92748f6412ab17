using Ssgan.Emulator;
using Ssgan.Engine.Kernels.Conformance;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Engine.Kernels.Cuda;

namespace Ssgan.Tests.Conformance;

/// <summary>The convolutions' rows on the ways to run them that the default does not take.</summary>
[TestFixture("plain")]
[TestFixture("fused")]
[TestFixture("varying")]
sealed class ConvolutionPathTests : IDisposable
{
    readonly string _path;
    readonly CpuBackend _cpu = new(2);
    readonly EmulatedCuda _device;
    readonly CudaBackend _cuda;

    public ConvolutionPathTests(string path)
    {
        _path = path;
        _device = new EmulatedCuda(path switch
        {
            "plain" => new EmulatorOptions { MissingFunctions = ["cudnnBackendFinalize"] },
            "fused" => new EmulatorOptions { Engines = [DnnEngine.Compiled, DnnEngine.Plain, DnnEngine.Fused] },
            _ => new EmulatorOptions { EngineMilliseconds = Enumerable.Range(11, 10)
                .ToDictionary(static i => i, static _ => 1e6) },
        });
        _cuda = new CudaBackend(_device, 0, new CudaOptions { Autotune = path == "varying" });
    }

    static IEnumerable<ConformanceCase> Rows => ConformanceTable.All.Where(static row => !row.IsLarge && row.Stem == "Conv2d");

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
        Assert.That(_path switch
        {
            "plain" => _device.Calls("cudnnConvolutionForward"),
            "fused" => Math.Min(_device.Runs(DnnEngine.Compiled), _device.Runs(DnnEngine.Fused)),
            _ => _device.Runs(DnnEngine.Varying),
        }, Is.Positive);
    }
}
