using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Tests.Kernels;

public class Upsample2xKernelTests
{
    [Test]
    public void Threads_do_not_matter_and_nothing_is_allocated([Values] UpsampleMode mode)
    {
        KernelChecks.ThreadsDoNotMatter((b, a) =>
        {
            var (x, y, dx) = (a.Normals(3, 17, 19, 33), a.Output(3, 34, 38, 33), a.Output(3, 17, 19, 33));
            b.Upsample2x(x, y, mode);
            b.Upsample2xBackward(y, dx, mode);
            return [a.Read(y), a.Read(dx)];
        });
        using var backend = new CpuBackend(2);
        using var arrays = new KernelArrays(backend);
        var (p, q) = (arrays.Normals(4, 16, 16, 64), arrays.Output(4, 32, 32, 64));
        KernelChecks.AllocatesNothing(() => backend.Upsample2x(p, q, mode));
        KernelChecks.AllocatesNothing(() => backend.Upsample2xBackward(q, p, mode));
    }
}
