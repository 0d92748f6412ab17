using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Tests.Kernels;

public class GradientNormKernelTests
{
    [Test]
    public void It_is_the_root_of_all_squares()
    {
        using var b = new CpuBackend(2);
        using var a = new NnArrays(b);
        TensorView[] gradients = [a.Normals(1), a.Normals(0, 3), a.Normals(7, 3, 3, 5), a.Normals(40001),
            a.Normals(32768), a.Normals(3)];
        var norm = a.Output(1);
        b.GradientNorm(gradients, norm);
        NnChecks.Close(a.Read(norm), [Math.Sqrt(gradients.Sum(g => NnChecks.Dot(a.Read(g), a.Read(g))))], 0, 1e-6);
        b.GradientNorm([], norm);
        Assert.That(a.Read(norm), Is.All.Zero);
    }

    [Test]
    public void Threads_do_not_matter_and_nothing_is_allocated()
    {
        NnChecks.ThreadsDoNotMatter((b, a) =>
        {
            var norm = a.Output(1);
            b.GradientNorm([a.Normals(100001), a.Normals(3), a.Normals(50000)], norm);
            return [a.Read(norm)];
        });
        using var backend = new CpuBackend(2);
        using var arrays = new NnArrays(backend);
        TensorView[] many = [arrays.Normals(100001), arrays.Normals(3)];
        var result = arrays.Output(1);
        NnChecks.AllocatesNothing(() => backend.GradientNorm(many, result));
    }
}
