using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Tests.Kernels;

public class Rotate90KernelTests
{
    [Test]
    public void One_turn_is_counter_clockwise()
    {
        using var b = new CpuBackend(1);
        using var a = new KernelArrays(b);
        var y = a.Output(1, 3, 3, 1);
        b.Rotate90(a.Of([1, 2, 3, 4, 5, 6, 7, 8, 9], 1, 3, 3, 1), a.Ints([1], 1), y, false);
        Assert.That(a.Read(y), Is.EqualTo(new float[] { 3, 6, 9, 2, 5, 8, 1, 4, 7 }));
    }

    [Test]
    public void Allocates_nothing()
    {
        using var b = new CpuBackend(2);
        using var a = new KernelArrays(b);
        var (x, k, y) = (a.Normals(8, 32, 32, 3), a.Ints([0, 1, 2, 3, 0, 1, 2, 3], 8), a.Output(8, 32, 32, 3));
        KernelChecks.AllocatesNothing(() => b.Rotate90(x, k, y, false));
    }
}
