using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class ViewsTests
{
    public static OpCase[] Cases { get; } =
    [
        new("Views", "squeeze and unsqueeze", [[2, 1, 3]], t => t[0].Squeeze(1).Unsqueeze(-1) * t[0].Squeeze().Unsqueeze(2)),
        new("Views", "reshape", [[2, 6]], t => t[0].Reshape(3, 4) * t[0].Reshape(3, 4)),
        new("Views", "reshape with −1", [[2, 3, 4]], t => t[0].Reshape(2, -1)),
        new("Views", "reshape to a scalar", [[1, 1]], t => t[0].Reshape()),
        new("Views", "reshape from a scalar", [[]], t => t[0].Reshape(1, 1, 1)),
        new("Views", "two views of one tensor", [[6]], t => t[0].Reshape(2, 3).MatMul(t[0].Reshape(3, 2))),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("squeeze of more than one", d => d.Of(2, 3).Squeeze(1), "Squeeze", "axis 1", "extent 3"),
        new("unsqueeze beyond the axes", d => d.Of(2, 3).Unsqueeze(4), "Unsqueeze", "(2, 3)", "4"),
        new("an inferred dimension above 2³¹", d => d.Empty(new Shape(3, 800_000_000), DType.U8).Reshape(-1), "Reshape",
            "(3, 800000000)", "2400000000", "2147483647"),
        new("reshape to another count", d => d.Of(2, 3).Reshape(5), "Reshape", "(2, 3)", "6", "5"),
        new("reshape with no whole dimension", d => d.Of(2, 3).Reshape(4, -1), "Reshape", "(2, 3)", "4, -1"),
        new("reshape with two unknowns", d => d.Of(2, 3).Reshape(-1, -1), "Reshape", "-1, -1"),
        new("reshape to a negative dimension", d => d.Of(2, 3).Reshape(-2, 3), "Reshape", "-2, 3"),
        new("reshape to rank 9", d => d.Of(2, 3).Reshape(1, 1, 1, 1, 1, 1, 1, 2, 3), "Reshape", "rank 9"),
    ];

    [Test]
    public void A_view_shares_memory_and_keeps_it_alive()
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        var x = device.Values([2, 3], 1, 2, 3, 4, 5, 6);
        var view = x.Reshape(-1, 2);
        Assert.That((view.Shape, device.Pool.LiveBlocks), Is.EqualTo((new Shape(3, 2), 1)));
        x.CopyFrom<float>([6, 5, 4, 3, 2, 1]);
        x.Dispose();
        Near.All(view.ToArray(), [6, 5, 4, 3, 2, 1]);
        Assert.That(() => x.ToArray(), Throws.InstanceOf<ObjectDisposedException>());
        view.Dispose();
    }

    [Test]
    public void Minus_one_is_inferred_also_where_nothing_is_left()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        Assert.That(device.Of(0, 4).Reshape(-1, 2).Shape, Is.EqualTo(new Shape(0, 2)));
        Assert.That(device.Of(5).Reshape(-1).Shape, Is.EqualTo(new Shape(5)));
        Assert.That(device.Of().Reshape(-1).Shape, Is.EqualTo(new Shape(1)));
    }

    [Test]
    public void Conversion_rounds_and_lets_no_gradient_through()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Values([5], -3, 0.5f, 1.5f, 254.6f, 300);
        x.RequiresGrad = true;
        Assert.That(x.Cast(DType.U8).ToArray<byte>(), Is.EqualTo(new byte[] { 0, 0, 2, 255, 255 }));
        Assert.That(x.Cast(DType.I32).ToArray<int>(), Is.EqualTo(new[] { -3, 0, 2, 255, 300 }));
        Near.All(x.Cast(DType.I32).Cast(DType.F32).ToArray(), [-3, 0, 2, 255, 300]);
        Assert.That(x.Cast(DType.I32).RequiresGrad, Is.False);
    }
}
