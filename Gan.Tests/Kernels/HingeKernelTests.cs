using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Tests.Kernels;

public class HingeKernelTests
{
    [Test]
    public void Nothing_is_allocated()
    {
        using var b = new CpuBackend(2);
        using var a = new KernelArrays(b);
        var (real, fake, loss) = (a.Normals(64, 1), a.Normals(64, 1), a.Output(1));
        KernelChecks.AllocatesNothing(() => b.HingeDiscriminator(real, fake, loss));
        KernelChecks.AllocatesNothing(() => b.HingeDiscriminatorBackward(real, fake, loss, real, fake));
    }
}
