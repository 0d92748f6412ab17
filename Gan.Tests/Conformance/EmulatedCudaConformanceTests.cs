using Ssgan.Emulator;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Conformance;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Runner.Commands;

namespace Ssgan.Tests.Conformance;

/// <summary>
/// The CUDA backend on an emulated device against the CPU: with libraries, on our own kernels, and on a card that is too old for
/// the newer tensor cores.
/// </summary>
[TestFixture(90, true)]
[TestFixture(90, false)]
[TestFixture(75, false)]
sealed class EmulatedCudaConformanceTests(int computeCapability, bool libraries) : IDisposable
{
    readonly CpuBackend _cpu = new(2);
    EmulatedCuda? _device;
    CudaBackend? _cuda;

    [OneTimeTearDown]
    public void Dispose()
    {
        _cuda?.Dispose();
        var leaks = _device?.Leaks() ?? [];
        Close();
        _cpu.Dispose();
        Assert.That(leaks, Is.Empty);
    }

    // Outputs are not filled: the device itself finds reads of what nothing wrote.
    [TestCaseSource(typeof(ConformanceTable), nameof(ConformanceTable.All))]
    public void Agrees_with_the_cpu(ConformanceCase row)
    {
        if (_cuda is null) Open();
        try
        {
            Assert.That(row.Against(_cpu, _cuda!, fill: false), Is.Null);
        }
        catch (DeviceException)
        {
            // A fault breaks the context for good; the next row gets a new one.
            Close();
            throw;
        }
    }

    void Open()
    {
        _device = new EmulatedCuda(new EmulatorOptions { ComputeCapability = computeCapability,
            HasCuBlas = libraries, HasCuDnn = libraries });
        _cuda = new CudaBackend(_device);
        // Otherwise a library that fails to open would leave its path untested.
        Assert.That(_cuda.Notices, libraries ? Is.Empty : Has.Count.EqualTo(2));
    }

    void Close()
    {
        _cuda?.Dispose();
        _device?.Dispose();
        (_cuda, _device) = (null, null);
    }
}
