using System.Text.RegularExpressions;
using Ssgan.Emulator;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Conformance;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Conformance;

/// <summary>
/// The CUDA backend on an emulated device against the CPU: with libraries, on our own kernels, and on a card that is too old for
/// the newer tensor cores.
/// </summary>
[TestFixture(90, true)]
[TestFixture(90, false)]
[TestFixture(75, false)]
[Parallelizable(ParallelScope.Self)]
sealed partial class EmulatedCudaConformanceTests(int computeCapability, bool libraries) : IDisposable
{
    static readonly HashSet<string> s_launched = [];
    static int s_ran;
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
        // After the last row of the last card.
        lock (s_launched) if (s_ran == 3 * Rows.Length) Assert.That(Entries.Except(s_launched), Is.Empty);
    }

    static ConformanceCase[] Rows { get; } = [.. ConformanceTable.All.Where(static row => !row.IsLarge)];

    /// <summary>The kernels that are part of this build.</summary>
    static IEnumerable<string> Entries => Directory.GetFiles(RepoRoot.At("kernels", "ptx"), "*.ptx")
        .SelectMany(static f => Entry().Matches(File.ReadAllText(f))).Select(static m => m.Groups[1].Value);

    [GeneratedRegex(@"\.entry (\w+)\(")]
    private static partial Regex Entry();

    // Outputs are not filled: the device itself finds reads of what nothing wrote.
    [TestCaseSource(nameof(Rows))]
    public void Agrees_with_the_cpu(ConformanceCase row)
    {
        if (_cuda is null) Open();
        Interlocked.Increment(ref s_ran);
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
        lock (s_launched) s_launched.UnionWith(_device?.Launched ?? []);
        _cuda?.Dispose();
        _device?.Dispose();
        (_cuda, _device) = (null, null);
    }
}
