using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Losses;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Losses;

sealed class LeCamTests
{
    const float Weight = 0.3f;

    static readonly float[] s_real = [2, -1, 0.5f], s_fake = [-2, 0.25f, -0.5f];

    static (double Loss, float[] Real, float[] Fake) Loss(Device device, LeCam leCam)
    {
        using var scope = device.Scope();
        var (real, fake) = (device.From(s_real, new Shape(3, 1)), device.From(s_fake, new Shape(3, 1)));
        real.RequiresGrad = fake.RequiresGrad = true;
        var loss = leCam.Loss(real, fake);
        Assert.That(loss.Shape.Rank, Is.Zero);
        loss.Backward();
        return (loss.Item(), real.Grad!.ToArray(), fake.Grad!.ToArray());
    }

    static void Follow(Device device, LeCam leCam, float real, float fake)
    {
        using var scope = device.Scope();
        leCam.Follow(device.Full(new Shape(3, 1), real), device.Full(new Shape(3, 1), fake));
    }

    [Test]
    public void It_counts_after_its_warm_up_and_then_pulls_towards_the_averages()
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        using var leCam = new LeCam(device, Weight);
        for (int i = 0; i < LeCam.WarmUp - 1; i++) Follow(device, leCam, i, -i);
        Follow(device, leCam, 1, -0.25f);
        // From here on 0.99 and 0.01: real 1 + 0.01, fake -0.25 - 0.01 · 0.75.
        Follow(device, leCam, 2, -1);
        double real = 1.01, fake = -0.2575, expected = 0;
        var (loss, dReal, dFake) = Loss(device, leCam);
        for (int i = 0; i < 3; i++)
        {
            double above = Math.Max(0, s_real[i] - fake), below = Math.Max(0, real - s_fake[i]);
            expected += Weight * (above * above + below * below) / 3;
            Assert.That(dReal[i], Is.EqualTo(Weight * 2 * above / 3).Within(1e-5));
            Assert.That(dFake[i], Is.EqualTo(-Weight * 2 * below / 3).Within(1e-5));
        }
        Assert.That(loss, Is.EqualTo(expected).Within(1e-5));
    }

    [Test]
    public void Before_that_it_is_zero_and_moves_nothing()
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        using var leCam = new LeCam(device, Weight);
        for (int i = 0; i < LeCam.WarmUp - 1; i++) Follow(device, leCam, 1, -1);
        var (loss, real, fake) = Loss(device, leCam);
        Assert.That((loss, real.Any(static g => g != 0), fake.Any(static g => g != 0)), Is.EqualTo((0.0, false, false)));
    }
}
