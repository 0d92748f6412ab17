using Ssgan.Engine;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class PadTests
{
    public static OpCase[] Cases { get; } =
    [
        new("Pad", "a value", [[2, 3]], t => t[0].Pad(0.5f, (1, 0), (2, 1))),
        new("Pad", "reflected", [[3, 4]], t => t[0].PadReflect((2, 1), (0, 3))),
        new("Pad", "replicated", [[2, 3]], t => t[0].PadReplicate((2, 0), (1, 3))),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("pad of fewer axes", d => d.Of(2, 3).Pad(0, (1, 1)), "Pad", "1 pairs", "(2, 3)"),
        new("a negative pad", d => d.Of(2).Pad(0, (-1, 1)), "Pad", "(-1, 1)", "axis 0"),
        new("reflection beyond the axis", d => d.Of(2).PadReflect((2, 0)), "PadReflect", "(2, 0)", "(2)"),
        new("replication of nothing", d => d.Of(0).PadReplicate((1, 0)), "PadReplicate", "empty"),
        new("reflection of fewer axes", d => d.Of(2, 3).PadReflect((1, 1)), "PadReflect", "1 pairs"),
    ];

    [Test]
    public void What_is_added_is_as_in_torch()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Values([1, 3], 1, 2, 3);
        Near.All(x.Pad(9, (0, 1), (1, 2)).ToArray(), [9, 1, 2, 3, 9, 9, 9, 9, 9, 9, 9, 9], 0);
        Near.All(x.PadReflect((0, 0), (2, 2)).ToArray(), [3, 2, 1, 2, 3, 2, 1], 0);
        Near.All(x.PadReplicate((0, 1), (2, 1)).ToArray(), [1, 1, 1, 2, 3, 3, 1, 1, 1, 2, 3, 3], 0);
        Assert.That(x.Pad(1, (0, 0), (0, 0)), Is.SameAs(x));
        Assert.That(device.Ints(2).Pad(7, (1, 0)).ToArray<int>(), Is.EqualTo(new[] { 7, 0, 0 }));
    }
}
