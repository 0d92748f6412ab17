using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Testing;

namespace Ssgan.Tests.OwnCode;

/// <summary>A check of derivatives lets right ones pass, and says of wrong ones where they are.</summary>
sealed class GradCheckTests
{
    static readonly GradInput[] s_at = [GradInput.Uniform(new Shape(3, 4))];

    static Tensor Wrong(Tensor x, Func<CustomBackward, Tensor?> gradient) => Tensor.Custom("wrong", [x],
        static f => f.Save(f.Inputs[0]).Square(), g => g[0] = gradient(g));

    [Test]
    public void Right_derivatives_pass()
    {
        using var device = Device.Cpu(1);
        GradInput[] at = [.. s_at, GradInput.Uniform(new Shape(4), seed: 2)];
        Assert.That(() => GradCheck.All(device, static t => t[0].Square() * t[1], at), Throws.Nothing);
        Assert.That(s_at[0].Values, Is.EqualTo(GradInput.Uniform(new Shape(3, 4)).Values), "The inputs are as before.");
    }

    [Test]
    public void A_wrong_one_is_named_with_its_element_and_both_values()
    {
        using var device = Device.Cpu(1);
        var e = Assert.Throws<GradCheckException>(() => GradCheck.First(device,
            t => Wrong(t[0], static g => g.Upstream * g.Saved(0) * 3), s_at, new() { Name = "mine" }))!;
        Assert.That(e.Message, Does.StartWith("mine: the derivative by element 0 of input 0 is ")
            .And.Contain("finite differences give"));
    }

    [Test]
    public void A_second_derivative_that_is_lost_is_found()
    {
        using var device = Device.Cpu(1);
        Tensor Detached(Tensor[] t) => Wrong(t[0], static g => g.Upstream * g.Saved(0).Detach() * 2);
        Assert.That(() => GradCheck.First(device, Detached, s_at), Throws.Nothing);
        Assert.That(() => GradCheck.Second(device, Detached, s_at), Throws.TypeOf<GradCheckException>());
        Tensor Cut(Tensor[] t) => Wrong(t[0], static g => (g.Upstream * g.Saved(0)).Detach() * 2);
        Assert.That(() => GradCheck.Second(device, Cut, s_at),
            Throws.TypeOf<GradCheckException>().With.Message.Contains("depends on its upstream gradient"));
    }

    [Test]
    public void A_function_that_changes_its_mind_and_one_without_inputs_are_told()
    {
        using var device = Device.Cpu(1);
        int call = 0;
        Assert.That(() => GradCheck.First(device, t => call++ == 0 ? t[0] : t[0].Sum(0), s_at),
            Throws.TypeOf<GradCheckException>().With.Message.Contains("must repeat itself"));
        Assert.That(() => GradCheck.First(device, static t => t[0], []), Throws.ArgumentException);
        Assert.That(() => GradCheck.First(null!, static t => t[0], []), Throws.ArgumentNullException);
    }

    [Test]
    public void NaN_is_no_agreement()
    {
        using var device = Device.Cpu(1);
        Assert.That(() => GradCheck.First(device, static t => Wrong(t[0], static g => g.Upstream * float.NaN), s_at),
            Throws.TypeOf<GradCheckException>());
    }

    [Test]
    public void An_exact_pool_gives_blocks_of_the_size_asked_for_and_keeps_none()
    {
        using var emulated = EmulatedDevice.Create();
        var pool = emulated.Device.Pool;
        using (emulated.Device.Zeros(new Shape(5))) Assert.That(pool.LiveBytes, Is.EqualTo(20));
        Assert.That((pool.LiveBytes, pool.CachedBytes), Is.EqualTo((0L, 0L)));
        using var device = Device.Cpu(1);
        device.Zeros(new Shape(5)).Dispose();
        Assert.That(() => device.Pool.Exact = true, Throws.InvalidOperationException);
    }
}
