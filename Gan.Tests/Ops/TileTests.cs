using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class TileTests
{
    public static OpCase[] Cases { get; } =
    [
        new("Tile", "every axis", [[2, 3]], t => t[0].Tile(2, 3)),
        new("Tile", "a new axis", [[2, 3]], t => t[0].Tile(2, 1, 2)),
        new("Tile", "fewer numbers than axes", [[2, 3, 2]], t => t[0].Tile(2)),
        new("Tile", "each element", [[2, 3, 2]], t => t[0].RepeatInterleave(1, 3)),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("tile a negative number of times", d => d.Of(2).Tile(-1), "Tile", "-1"),
        new("tile beyond any axis", d => d.Of(1 << 20).Tile(1 << 12), "Tile", "axis 0"),
        new("repeat along no such axis", d => d.Of(2).RepeatInterleave(1, 2), "RepeatInterleave", "axis 1"),
        new("repeat a negative number of times", d => d.Of(2).RepeatInterleave(0, -2), "RepeatInterleave", "-2"),
    ];

    [Test]
    public void Repetition_is_as_in_torch()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Values([2, 2], 1, 2, 3, 4);
        Near.All(x.Tile(2).ToArray(), [1, 2, 1, 2, 3, 4, 3, 4], 0);
        Near.All(x.Tile(2, 1).ToArray(), [1, 2, 3, 4, 1, 2, 3, 4], 0);
        Near.All(x.RepeatInterleave(0, 2).ToArray(), [1, 2, 1, 2, 3, 4, 3, 4], 0);
        Near.All(x.RepeatInterleave(1, 2).ToArray(), [1, 1, 2, 2, 3, 3, 4, 4], 0);
        Assert.That(x.Tile(3, 1, 1).Shape, Is.EqualTo(new Shape(3, 2, 2)));
        Assert.That(x.Tile(0, 2).Shape, Is.EqualTo(new Shape(0, 4)));
        Assert.That(x.Tile(1, 1), Is.SameAs(x));
    }
}
