using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class PermuteTests
{
    public static OpCase[] Cases { get; } =
    [
        new("Permute", "transpose", [[2, 3, 4]], t => t[0].Transpose(0, -1)),
        new("Permute", "transpose", [[3, 5]], t => t[0].Permute(1, 0)),
        new("Permute", "a cycle of three", [[2, 3, 4]], t => t[0].Permute(2, 0, 1) * t[0].Permute(2, 0, 1)),
        new("Permute", "NHWC to NCHW", [[2, 3, 2, 4]], t => t[0].Permute(0, 3, 1, 2)),
        new("Permute", "negative axes", [[2, 3, 4]], t => t[0].Permute(-1, -3, -2)),
        new("Permute", "the identity", [[2, 3]], t => t[0].Permute(0, 1)),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("transpose of no such axis", d => d.Of(2, 3).Transpose(0, 2), "Transpose", "axis 2", "(2, 3)"),
        new("too few axes", d => d.Of(2, 3).Permute(0), "Permute", "(2, 3)"),
        new("an axis twice", d => d.Of(2, 3).Permute(1, 1), "Permute", "twice"),
        new("no such axis", d => d.Of(2, 3).Permute(0, 2), "Permute", "axis 2"),
    ];

    [Test]
    public void Axis_i_of_the_result_is_axis_order_i()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        float[] x = Make.Numbers(24, 3);
        var y = device.Values([2, 3, 4], x).Permute(2, 0, 1);
        Assert.That(y.Shape, Is.EqualTo(new Shape(4, 2, 3)));
        Near.All(y.ToArray(), [.. from c in Enumerable.Range(0, 4)
            from a in Enumerable.Range(0, 2)
            from b in Enumerable.Range(0, 3)
            select (double)x[(a * 3 + b) * 4 + c]], 0);
    }
}
