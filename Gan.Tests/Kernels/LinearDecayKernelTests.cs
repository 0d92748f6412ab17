using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Tests.Kernels;

public class LinearDecayKernelTests
{
    [Test]
    public void The_step_advances_and_all_rates_follow_it_to_zero()
    {
        using var b = new CpuBackend(1);
        using var a = new NnArrays(b);
        TensorView step = a.Ints([0], 1), first = a.Output(1), second = a.Output(1);
        foreach (float expected in (float[])[0.75f, 0.5f, 0.25f, 0, 0])
        {
            b.LinearDecay(step, [first, second], new DecaySpec(1, 4));
            Assert.That((a.Read(first)[0], a.Read(second)[0]), Is.EqualTo((expected, expected)));
        }
    }
}
