using Ssgan.Benchmarks.Running;
using Ssgan.Benchmarks.Workloads;
using Ssgan.Engine;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Benchmarks;

/// <summary>Every item of every suite, small, on the CPU.</summary>
sealed class WorkloadTests
{
    static IEnumerable<string> Suites => Suite.All.Select(static s => s.Name);

    [TestCaseSource(nameof(Suites))]
    public void KernelsAllocateNothingAndTheRestRuns(string name)
    {
        var items = Suite.All.Single(s => s.Name == name).Items(new Variant(false, "f32", BenchRun.DryDivisor)).ToList();
        Assert.That(items, Is.Not.Empty);
        Assert.Multiple(() =>
        {
            foreach (var item in items)
            {
                using var device = Device.Cpu(2);
                using var bed = new Bed(device);
                var call = item.Prepare(bed);
                if (item.Kind == WorkloadKind.Kernel) Assert.That(Allocations.PerRound(call), Is.Zero, $"{item.Name} allocates managed memory.");
                else call();
            }
        });
    }

    [Test]
    public void BedLeavesNoFolder()
    {
        using var device = Device.Cpu(1);
        string folder;
        using (var bed = new Bed(device)) Assert.That(folder = bed.Folder, Does.Exist);
        Assert.That(folder, Does.Not.Exist);
    }
}
