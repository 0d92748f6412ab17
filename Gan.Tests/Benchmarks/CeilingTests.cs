using Ssgan.Benchmarks.Results;
using Ssgan.Benchmarks.Workloads;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Engine.Kernels.Measurement;

namespace Ssgan.Tests.Benchmarks;

sealed class CeilingTests
{
    static readonly Ceilings s_ceilings = new(10, new Dictionary<string, double> { ["f32"] = 0.1 })
    {
        Copies = [new(1 << 10, 40), new(1 << 20, 20), new(1 << 30, 10)],
    };

    static Workload Item(long bytes, double operations, string precision = "f32") =>
        new("x", precision, bytes, operations, static _ => static () => { });

    [TestCase(1, 40)]
    [TestCase(1 << 10, 40)]
    [TestCase(1 << 15, 30)]
    [TestCase(1 << 20, 20)]
    [TestCase(1 << 25, 15)]
    [TestCase(1 << 30, 10)]
    [TestCase(1L << 40, 10)]
    public void BandwidthIsThatOfACopyOfThatSize(long bytes, double gigabytes) =>
        Assert.That(s_ceilings.CopyGigabytesOf(bytes), Is.EqualTo(gigabytes).Within(1e-9));

    [Test]
    public void TheLargerOfTwoTimesIsTheLeast()
    {
        Assert.That(s_ceilings.Least(Item(1 << 30, 0)), Is.EqualTo(((1 << 30) / 10e9, Ceilings.Copy)));
        Assert.That(s_ceilings.Least(Item(1 << 30, 1e10)), Is.EqualTo(((1 << 30) / 10e9, Ceilings.Copy)));
        Assert.That(s_ceilings.Least(Item(1 << 30, 2e10)), Is.EqualTo((2e10 / 0.1e12, Ceilings.Product)));
        Assert.That(s_ceilings.Least(Item(0, 2e10, "bf16")), Is.Null, "There is no rate for bf16.");
        Assert.That(s_ceilings.Least(Item(1 << 30, 0) with { Kind = WorkloadKind.Host }), Is.Null);
    }

    [Test]
    public void HostIsMeasuredFromSmallToLarge()
    {
        using var cpu = new CpuBackend(2);
        var speed = HostSpeed.Measure(cpu, most: 1 << 18, side: 32);
        Assert.That(speed.Copies.Select(static c => c.Bytes), Is.EqualTo(new[] { 1L << 16, 1 << 18 }));
        Assert.That(speed.Copies.Select(static c => c.BytesPerSecond), Is.All.Positive);
        Assert.That(speed.ProductOperationsPerSecond, Is.Positive);
    }

    [Test]
    public void SlicesOfACopyMakeAWhole([Values(1, 2, 3)] int slices, [Values(1, 7, 1000)] int count, [Values] bool aroundCaches)
    {
        using var cpu = new CpuBackend(3);
        using var memory = new Ssgan.Engine.Kernels.Blocks(cpu);
        var shape = new Ssgan.Engine.Kernels.Shape(count);
        var (x, y) = (memory.Numbers(shape), memory.Numbers(shape));
        cpu.Copy(x, y, slices, aroundCaches);
        var (from, to) = (new byte[x.Bytes], new byte[y.Bytes]);
        cpu.Download(x, from);
        cpu.Download(y, to);
        Assert.That(to, Is.EqualTo(from));
    }
}
