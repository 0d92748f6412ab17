using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class FlipTests
{
    public static OpCase[] Cases { get; } =
    [
        new("Flip", "all axes", [[3, 4]], t => t[0].Flip()),
        new("Flip", "the outer axis", [[3, 4, 2]], t => t[0].Flip(0)),
        new("Flip", "roll", [[3, 4, 2]], t => t[0].Roll(1, -3)),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("flip of no such axis", d => d.Of(2).Flip(1), "Flip", "axis 1"),
        new("flip twice", d => d.Of(2, 2).Flip(1, -1), "Flip", "twice"),
        new("roll of no such axis", d => d.Of(2).Roll(1, 1), "Roll", "axis 1"),
    ];

    [Test]
    public void Elements_go_where_torch_puts_them()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.From(new byte[] { 1, 2, 3, 4, 5, 6 }, new Shape(2, 3));
        Assert.That(x.Flip().ToArray<byte>(), Is.EqualTo(new byte[] { 6, 5, 4, 3, 2, 1 }));
        Assert.That(x.Flip(1).ToArray<byte>(), Is.EqualTo(new byte[] { 3, 2, 1, 6, 5, 4 }));
        Assert.That(x.Flip(-2).ToArray<byte>(), Is.EqualTo(new byte[] { 4, 5, 6, 1, 2, 3 }));
        Assert.That(x.Roll(1, 1).ToArray<byte>(), Is.EqualTo(new byte[] { 3, 1, 2, 6, 4, 5 }));
        Assert.That(x.Roll(1, -7).ToArray<byte>(), Is.EqualTo(new byte[] { 2, 3, 1, 5, 6, 4 }));
        Assert.That(x.Roll(0, 2), Is.SameAs(x));
        Assert.That(device.Of(0, 2).Flip().Roll(0, 1).Shape, Is.EqualTo(new Shape(0, 2)));
    }
}
