using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class GatherTests
{
    public static OpCase[] Cases { get; } =
    [
        new("Gather", "an index each", [[3, 4]], t => t[0].Gather(1, Each(t[0], [3, 2], [0, 0, 3, 1, 2, 2]))),
        new("Gather", "along the outer axis", [[3, 2]], t => t[0].Gather(0, Each(t[0], [4, 2], [0, 1, 2, 1, 2, 1, 0, 0]))),
        new("Gather", "a list", [[3, 4, 2]], t => t[0].IndexSelect(1, Each(t[0], [5], [3, 0, 0, 1, 3]))),
        new("Gather", "a list of one axis", [[4]], t => t[0].IndexSelect(-1, Each(t[0], [3], [3, 0, 3]))),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("gather along no such axis", d => d.Of(2, 3).Gather(2, d.Ints(2, 3)), "Gather", "axis 2"),
        new("gather by numbers", d => d.Of(2, 3).Gather(0, d.Of(2, 3)), "Gather", "F32"),
        new("gather by indices of another shape", d => d.Of(2, 3).Gather(0, d.Ints(2, 2)), "Gather", "(2, 2)", "(2, 3)"),
        new("gather by indices of another rank", d => d.Of(2, 3).Gather(0, d.Ints(2)), "Gather", "(2)", "(2, 3)"),
        new("gather beyond the axis", d => d.Of(2).Gather(0, d.From([2], new Shape(1))), "Gather", "index 0 is 2", "2 elements"),
        new("gather below zero", d => d.Of(2).Gather(0, d.From([-1], new Shape(1))), "Gather", "index 0 is -1"),
        new("select by indices of rank 2", d => d.Of(2, 3).IndexSelect(0, d.Ints(2, 3)), "IndexSelect", "rank 1"),
        new("select by numbers", d => d.Of(2, 3).IndexSelect(0, d.Of(2)), "IndexSelect", "F32"),
    ];

    internal static Tensor Each(Tensor like, int[] dims, int[] values) => like.Device.From(values, new Shape(dims));

    [Test]
    public void Elements_come_from_where_the_indices_say()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Values([2, 3], 0, 1, 2, 10, 11, 12);
        Near.All(x.Gather(1, Each(x, [2, 2], [2, 0, 1, 1])).ToArray(), [2, 0, 11, 11], 0);
        Near.All(x.Gather(0, Each(x, [1, 3], [1, 0, 1])).ToArray(), [10, 1, 12], 0);
        Near.All(x.IndexSelect(1, Each(x, [2], [2, 2])).ToArray(), [2, 2, 12, 12], 0);
        Assert.That(x.IndexSelect(0, Each(x, [0], [])).Shape, Is.EqualTo(new Shape(0, 3)));
    }
}
