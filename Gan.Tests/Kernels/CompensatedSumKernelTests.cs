using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Tests.Kernels;

public class CompensatedSumKernelTests
{
    [Test]
    public void What_one_number_loses_the_other_keeps()
    {
        using var b = new CpuBackend(1);
        using var a = new KernelArrays(b);
        TensorView sum = a.Of([1e8f, 0], 2), one = a.Of([1], 1), back = a.Of([-1e8f], 1);
        b.CompensatedSum(sum, one);
        Assert.That(a.Read(sum), Is.EqualTo([1e8f, 1f]));
        for (int i = 1; i < 1000; i++) b.CompensatedSum(sum, one);
        Assert.That(a.Read(sum), Is.EqualTo([100_001_000f, 0f]));
        b.CompensatedSum(sum, back);
        Assert.That(a.Read(sum), Is.EqualTo([1000f, 0f]));
    }
}
