using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class SplitTests
{
    public static OpCase[] Cases { get; } =
    [
        new("Split", "select", [[3, 4, 2]], t => t[0].Select(1, -1)),
        new("Split", "stack", [[3, 4], [3, 4]], t => Tensor.Stack([t[0], t[1], t[0]], 1)),
        new("Split", "split", [[3, 6]], t => t[0].Split(1, 2, 1, 3) is var p ? p[1] * p[0].Sum() + p[2] : p[0]),
        new("Split", "chunk", [[5, 2]], t => t[0].Chunk(0, 3) is var p ? p[0] * p[1] + p[2] : p[0]),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("select beyond", d => d.Of(2, 3).Select(1, 3), "Select", "position 3", "(2, 3)"),
        new("stack of nothing", d => Tensor.Stack([]), "Stack", "no tensors"),
        new("stack of shapes", d => Tensor.Stack([d.Of(2), d.Of(3)]), "Stack", "(2)", "(3)"),
        new("stack along no such axis", d => Tensor.Stack([d.Of(2)], 3), "3", "(2)"),
        new("split that does not add up", d => d.Of(5).Split(0, 2, 2)[0], "Split", "(2, 2)", "(5)"),
        new("split with a negative extent", d => d.Of(5).Split(0, 6, -1)[0], "Split", "(6, -1)"),
        new("no chunks", d => d.Of(5).Chunk(0, 0)[0], "Chunk", "0"),
    ];

    [Test]
    public void Parts_are_as_in_torch()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.From([1, 2, 3, 4, 5, 6], new Shape(6));
        Assert.That(x.Chunk(0, 4).Select(p => p.ToArray<int>()), Is.EqualTo(new int[][] { [1, 2], [3, 4], [5, 6] }));
        Assert.That(x.Chunk(0, 9), Has.Length.EqualTo(6));
        Assert.That(device.Of(2, 0).Chunk(1, 3).Select(p => p.Shape), Is.EqualTo(new[] { new Shape(2, 0) }));
        Assert.That(x.Split(0, 1, 0, 5).Select(p => p.ToArray<int>()), Is.EqualTo(new int[][] { [1], [], [2, 3, 4, 5, 6] }));
        Assert.That(Tensor.Stack([x, x], -1).ToArray<int>(), Is.EqualTo(new[] { 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6 }));
        Assert.That(x.Select(0, -2).ToArray<int>(), Is.EqualTo(new[] { 5 }));
    }
}
