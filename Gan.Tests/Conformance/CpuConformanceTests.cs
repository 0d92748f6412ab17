using Ssgan.Engine.Kernels.Conformance;
using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Tests.Conformance;

/// <summary>The oracle against naive loops in double precision.</summary>
sealed class CpuConformanceTests
{
    readonly CpuBackend _cpu = new(2);

    [OneTimeTearDown]
    public void End() => _cpu.Dispose();

    [TestCaseSource(typeof(ConformanceTable), nameof(ConformanceTable.All))]
    public void Agrees_with_naive_loops(ConformanceCase row) => Assert.That(row.AgainstNaive(_cpu), Is.Null);
}
