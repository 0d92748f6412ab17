using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class WhereTests
{
    public static OpCase[] Cases { get; } =
    [
        new("Where", "of one shape", [[2, 3], [2, 3]], t =>
            Tensor.Where(t[0].Device.Values([2, 3], 1, 0, 0, 1, 1, 0), t[0].Square(), t[1].Square())),
        new("Where", "all broadcast", [[2, 1, 3], [4, 1]], t =>
            Tensor.Where(t[0].Device.Values([3], 1, 0, -1), t[0].Square(), t[1].Square())),
        new("Where", "a scalar", [[], [2, 3]], t =>
            Tensor.Where(t[0].Device.From([1, 0], new Shape(2, 1)), t[0].Square(), t[1].Square())),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("where of shapes", d => Tensor.Where(d.Of(2), d.Of(3), d.Of(3)), "Where", "(2)", "(3)", "do not broadcast"),
        new("where of values of two shapes", d => Tensor.Where(d.Of(1), d.Of(2), d.Of(3)), "Where", "do not broadcast"),
        new("where of integers", d => Tensor.Where(d.Of(2), d.Ints(2), d.Of(2)), "Where", "I32"),
    ];

    [Test]
    public void What_is_not_chosen_does_not_matter()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var (a, b) = (device.Values([4], 1, float.NaN, float.PositiveInfinity, 4),
            device.Values([4], float.NaN, 2, 3, float.NegativeInfinity));
        (a.RequiresGrad, b.RequiresGrad) = (true, true);
        var y = Tensor.Where(device.Values([4], 0.5f, float.NaN, 0, 2), a, b);
        Near.All(y.ToArray(), [1, 2, 3, 4], 0);
        y.Sum().Backward();
        Near.All(a.Grad!.ToArray(), [1, 0, 0, 1], 0);
        Near.All(b.Grad!.ToArray(), [0, 1, 1, 0], 0);
    }

    [Test]
    public void A_condition_is_of_any_type()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var (a, b) = (device.Scalar(5), device.Scalar(7));
        Near.All(Tensor.Where(device.From([-1, 0, 1, 9], new Shape(4)), a, b).ToArray(), [7, 7, 5, 5], 0);
        Near.All(Tensor.Where(device.From(new byte[] { 0, 200 }, new Shape(2)), a, b).ToArray(), [7, 5], 0);
    }
}
