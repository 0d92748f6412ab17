using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Tests.Kernels;

public class GradientNormKernelTests
{
    [Test]
    public void Threads_do_not_matter_and_nothing_is_allocated()
    {
        KernelChecks.ThreadsDoNotMatter((b, a) =>
        {
            var norm = a.Output(1);
            b.GradientNorm([a.Normals(100001), a.Normals(3), a.Normals(50000)], norm);
            return [a.Read(norm)];
        });
        using var backend = new CpuBackend(2);
        using var arrays = new KernelArrays(backend);
        TensorView[] many = [arrays.Normals(100001), arrays.Normals(3)];
        var result = arrays.Output(1);
        KernelChecks.AllocatesNothing(() => backend.GradientNorm(many, result));
    }
}
