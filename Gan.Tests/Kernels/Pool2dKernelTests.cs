using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Tests.Kernels;

public class Pool2dKernelTests
{
    [Test]
    public void Threads_do_not_matter_and_nothing_is_allocated([Values(0, 1)] int which)
    {
        var s = which == 0 ? new PoolSpec(2, 2, 0) : new PoolSpec(3, 2, 1);
        int o = s.Output(33);
        KernelChecks.ThreadsDoNotMatter((b, a) =>
        {
            var (x, y, z, dx, dz, index) = (a.Normals(2, 33, 33, 70), a.Output(2, o, o, 70), a.Output(2, o, o, 70),
                a.Output(2, 33, 33, 70), a.Output(2, 33, 33, 70),
                a.Ints(new int[2 * o * o * 70], 2, o, o, 70));
            b.AvgPool2d(x, y, s);
            b.AvgPool2dBackward(y, dx, s);
            b.MaxPool2d(x, z, index, s);
            b.MaxPool2dBackward(y, index, dz, s);
            return [a.Read(y), a.Read(dx), a.Read(z), a.Read(dz)];
        });
        using var backend = new CpuBackend(2);
        using var arrays = new KernelArrays(backend);
        var (p, q, at) = (arrays.Normals(2, 33, 33, 70), arrays.Output(2, o, o, 70),
            arrays.Ints(new int[2 * o * o * 70], 2, o, o, 70));
        KernelChecks.AllocatesNothing(() => backend.AvgPool2d(p, q, s));
        KernelChecks.AllocatesNothing(() => backend.AvgPool2dBackward(q, p, s));
        KernelChecks.AllocatesNothing(() => backend.MaxPool2d(p, q, at, s));
        KernelChecks.AllocatesNothing(() => backend.MaxPool2dGather(p, at, q));
        KernelChecks.AllocatesNothing(() => backend.MaxPool2dBackward(q, at, p, s));
    }
}
