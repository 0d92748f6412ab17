using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;
using static Ssgan.Tests.Ops.GatherTests;

namespace Ssgan.Tests.Ops;

sealed class ScatterTests
{
    public static OpCase[] Cases { get; } =
    [
        new("Scatter", "added", [[3, 4], [3, 2]], t => t[0].ScatterAdd(1, Each(t[0], [3, 2], [0, 0, 3, 1, 2, 2]), t[1])),
        new("Scatter", "added along the outer axis", [[3, 2], [4, 2]],
            t => t[0].ScatterAdd(0, Each(t[0], [4, 2], [0, 1, 2, 1, 2, 1, 0, 0]), t[1])),
        new("Scatter", "written, some twice", [[3, 4], [3, 2]],
            t => t[0].Scatter(1, Each(t[0], [3, 2], [0, 0, 3, 1, 2, 2]), t[1])),
        new("Scatter", "written along the outer axis", [[3, 2], [4, 2]],
            t => t[0].Scatter(-2, Each(t[0], [4, 2], [0, 1, 2, 1, 2, 1, 0, 0]), t[1])),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("scatter of another shape than the indices'",
            d => d.Of(2, 3).Scatter(0, d.Ints(2, 3), d.Of(1, 3)), "Scatter", "source"),
        new("scatter of another shape", d => d.Of(2, 3).Scatter(0, d.Ints(2, 2), d.Of(2, 2)), "Scatter", "(2, 2)", "(2, 3)"),
        new("scatter of another type", d => d.Of(2).Scatter(0, d.Ints(2), d.Ints(2)), "Scatter", "types"),
        new("scatter by numbers", d => d.Of(2).Scatter(0, d.Of(2), d.Of(2)), "Scatter", "F32"),
        new("scatter beyond the axis", d => d.Of(2).ScatterAdd(0, d.From([5], new Shape(1)), d.Of(1)), "ScatterAdd", "is 5"),
        new("integers added", d => d.Ints(2).ScatterAdd(0, d.Ints(2), d.Ints(2)), "ScatterAdd", "I32"),
    ];

    [Test]
    public void Where_indices_repeat_the_last_stays_or_all_are_added()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        Tensor x = device.Values([1, 4], 1, 2, 3, 4), source = device.Values([1, 3], 10, 20, 30);
        var indices = Each(x, [1, 3], [2, 0, 2]);
        Near.All(x.Scatter(1, indices, source).ToArray(), [20, 2, 30, 4], 0);
        Near.All(x.ScatterAdd(1, indices, source).ToArray(), [21, 2, 43, 4], 0);
        Near.All(x.ToArray(), [1, 2, 3, 4], 0);
        source.RequiresGrad = true;
        var y = x.Scatter(1, indices, source);
        Near.All(Autograd.Grad([y], [source], [device.Values([1, 4], 5, 6, 7, 8)])[0].ToArray(), [0, 5, 7], 0);
    }
}
