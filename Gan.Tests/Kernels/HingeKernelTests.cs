using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Tests.Kernels;

public class HingeKernelTests
{
    [TestCase(1, 1)]
    [TestCase(7, 64)]
    [TestCase(1000, 3)]
    public void Loss_and_gradient_are_the_formula(int n, int m)
    {
        using var b = new CpuBackend(1);
        using var a = new NnArrays(b);
        var (real, fake, loss, dloss, dreal, dfake) = (a.Normals(n, 1), a.Normals(m, 1), a.Output(1), a.Of([0.7f], 1),
            a.Output(n, 1), a.Output(m, 1));
        b.HingeDiscriminator(real, fake, loss);
        b.HingeDiscriminatorBackward(real, fake, dloss, dreal, dfake);
        float[] r = a.Read(real), f = a.Read(fake);
        NnChecks.Close(a.Read(loss),
            [r.Average(x => Math.Max(0.0, 1.0 - x)) + f.Average(x => Math.Max(0.0, 1.0 + x))], 1e-6, 1e-6);
        NnChecks.Close(a.Read(dreal), Array.ConvertAll(r, x => x < 1 ? -0.7 / n : 0), 0, 1e-6);
        NnChecks.Close(a.Read(dfake), Array.ConvertAll(f, x => x > -1 ? 0.7 / m : 0), 0, 1e-6);
    }

    [Test]
    public void At_the_margin_there_is_no_slope_and_a_NaN_shows()
    {
        using var b = new CpuBackend(1);
        using var a = new NnArrays(b);
        var (real, fake, loss, dreal, dfake) = (a.Of([1, 2, 0, 1], 4, 1), a.Of([-1, float.NaN], 2, 1), a.Output(1),
            a.Output(4, 1), a.Output(2, 1));
        b.HingeDiscriminator(real, fake, loss);
        b.HingeDiscriminatorBackward(real, fake, a.Of([1], 1), dreal, dfake);
        Assert.That(a.Read(loss), Is.All.NaN);
        Assert.That(a.Read(dreal), Is.EqualTo(new[] { 0, 0, -0.25f, 0 }));
        Assert.That(a.Read(dfake), Is.EqualTo(new[] { 0f, 0f }));
    }

    [Test]
    public void Nothing_is_allocated()
    {
        using var b = new CpuBackend(2);
        using var a = new NnArrays(b);
        var (real, fake, loss) = (a.Normals(64, 1), a.Normals(64, 1), a.Output(1));
        NnChecks.AllocatesNothing(() => b.HingeDiscriminator(real, fake, loss));
        NnChecks.AllocatesNothing(() => b.HingeDiscriminatorBackward(real, fake, loss, real, fake));
    }
}
