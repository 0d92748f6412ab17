using Ssgan.Engine.Kernels.Conformance;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Engine.Kernels.Cpu.Gemm;

namespace Ssgan.Tests.Conformance;

/// <summary>The oracle against naive loops in double precision, and against itself on other numbers of threads.</summary>
[Parallelizable(ParallelScope.Self)]
sealed class CpuConformanceTests
{
    readonly CpuBackend _one = new(1), _two = new(2), _three = new(3);

    [OneTimeTearDown]
    public void End()
    {
        foreach (var cpu in (CpuBackend[])[_one, _two, _three]) cpu.Dispose();
    }

    [TestCaseSource(typeof(ConformanceTable), nameof(ConformanceTable.All))]
    public void Agrees_with_naive_loops(ConformanceCase row) => Assert.That(row.AgainstNaive(_two), Is.Null);

    [TestCaseSource(typeof(ConformanceTable), nameof(ConformanceTable.All))]
    public void The_number_of_threads_changes_no_bit(ConformanceCase row)
    {
        Assert.That(row.SameBits(_two, _one), Is.Null, "one thread");
        Assert.That(row.SameBits(_two, _three), Is.Null, "three threads");
    }
}

/// <summary>The same at every vector width, of what the matrix kernels compute: all else has one code path.</summary>
[TestFixture(SimdPath.Vector128)]
[TestFixture(SimdPath.Vector256)]
[TestFixture(SimdPath.Vector512)]
[Parallelizable(ParallelScope.Self)]
sealed class VectorPathConformanceTests(SimdPath simd)
{
    readonly CpuBackend _one = new(1, simd), _two = new(2, simd), _three = new(3, simd);

    [OneTimeTearDown]
    public void End()
    {
        foreach (var cpu in (CpuBackend[])[_one, _two, _three]) cpu.Dispose();
    }

    static IEnumerable<ConformanceCase> Rows =>
        ConformanceTable.All.Where(static row => row.Stem is "Conv2d" or "Linear" or "MatMul");

    [TestCaseSource(nameof(Rows))]
    public void Agrees_with_naive_loops_on_any_number_of_threads(ConformanceCase row)
    {
        Assert.That(row.AgainstNaive(_two), Is.Null);
        Assert.That(row.SameBits(_two, _one), Is.Null, "one thread");
        Assert.That(row.SameBits(_two, _three), Is.Null, "three threads");
    }
}
