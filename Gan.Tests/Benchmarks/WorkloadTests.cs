using Ssgan.Benchmarks.Running;
using Ssgan.Benchmarks.Workloads;
using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels.Cuda;
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
                using var bed = new BenchmarkContext(device);
                var call = item.Prepare(bed);
                if (item.Kind == WorkloadKind.Kernel)
                    Assert.That(Allocations.PerRound(call), Is.Zero, $"{item.Name} allocates managed memory.");
                else call();
            }
        });
    }

    [Test]
    public void RewritingsAreReplayedOnACard([Values("f32", "bf16")] string precision)
    {
        using var cuda = new EmulatedCuda();
        foreach (var item in Suite.All.Single(static s => s.Name == "Rewriting")
            .Items(new Variant(true, precision, BenchRun.DryDivisor)))
        {
            using var device = new Device(new CudaBackend(cuda));
            using var bed = new BenchmarkContext(device);
            var call = item.Prepare(bed);
            long before = cuda.Calls("cuGraphLaunch");
            call();
            device.Backend.Synchronize();
            Assert.That(cuda.Calls("cuGraphLaunch"), Is.EqualTo(before + 1), item.Name);
        }
        Assert.That(cuda.Leaks(), Is.Empty);
    }

    [Test]
    public void BedLeavesNoFolder()
    {
        using var device = Device.Cpu(1);
        string folder;
        using (var bed = new BenchmarkContext(device)) Assert.That(folder = bed.Folder, Does.Exist);
        Assert.That(folder, Does.Not.Exist);
    }
}
