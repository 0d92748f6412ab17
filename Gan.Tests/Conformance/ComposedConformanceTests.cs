using System.Reflection;
using Ssgan.Emulator;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Conformance;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Conformance;

/// <summary>
/// The second half of the page as it is composed of the first: on plain loops, where the whole table agrees with the CPU's fused
/// primitives, and on the emulated device, whose storage is also BF16 and whose work is queued.
/// </summary>
[Parallelizable(ParallelScope.Self)]
sealed class ComposedConformanceTests
{
    // Its ReLU is an elementwise pass behind the convolution, whose many rows would take the emulated device minutes.
    static readonly string[] s_fused =
    [
        .. Directory.GetFiles(RepoRoot.At("Engine.Kernels", "Composed"), "*.cs")
            .Select(static f => Path.GetFileNameWithoutExtension(f)!).Where(static stem => stem != "Conv2d"),
    ];

    readonly CpuBackend _cpu = new(2);
    readonly ReferenceBackend _reference = new();
    readonly EmulatedCuda _device = new();
    readonly CudaBackend _cuda;
    readonly CoreOnlyBackend _core;

    public ComposedConformanceTests() => _core = new(_cuda = new CudaBackend(_device));

    [OneTimeTearDown]
    public void Dispose()
    {
        foreach (Backend backend in new Backend[] { _core, _cuda, _cpu, _reference }) backend.Dispose();
        var leaks = _device.Leaks();
        _device.Dispose();
        Assert.That(leaks, Is.Empty);
    }

    static IEnumerable<ConformanceCase> Fused =>
        ConformanceTable.All.Where(static row => !row.IsLarge && s_fused.Contains(row.Stem));

    [TestCaseSource(typeof(ConformanceTable), nameof(ConformanceTable.All))]
    public void Plain_loops_agree_with_the_cpu(ConformanceCase row) => Assert.That(row.Against(_cpu, _reference), Is.Null);

    [TestCaseSource(nameof(Fused))]
    public void Compositions_on_a_device_agree_with_the_cpu(ConformanceCase row) =>
        Assert.That(row.Against(_cpu, _core, fill: false), Is.Null);

    [Test]
    public void A_third_device_writes_what_is_core()
    {
        var written = typeof(ReferenceBackend).GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic
            | BindingFlags.DeclaredOnly).Where(static m => m.IsVirtual).ToArray();
        Assert.That(written.Select(static m => m.GetBaseDefinition()), Has.All.Property("IsAbstract").True);
        Assert.That(written, Has.Length.EqualTo(38));
    }
}
