using Ssgan.Engine;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class VarianceTests
{
    public static OpCase[] Cases { get; } =
    [
        new("Variance", "of a sample", [[3, 5]], t => t[0].Variance()),
        new("Variance", "of values along an axis", [[3, 4, 2]], t => t[0].Variance([1], correction: 0, keepDims: true)),
        new("Variance", "deviation", [[3, 5]], t => t[0].Deviation([-1])),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("variance of integers", d => d.Ints(3).Variance(), "Variance", "I32"),
        new("variance over no such axis", d => d.Of(3).Variance([1]), "Variance", "axis 1"),
        new("a negative correction", d => d.Of(3).Deviation(correction: -1), "Deviation", "-1"),
    ];

    [Test]
    public void Distances_are_from_the_mean()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Values([2, 3], 1, 2, 6, 5, 5, 5);
        Near.All(x.Variance([1]).ToArray(), [7, 0]);
        Near.All(x.Variance([1], correction: 0).ToArray(), [14.0 / 3, 0]);
        Near.All(x.Deviation([-1]).ToArray(), [Math.Sqrt(7), 0]);
        Near.All(x.Variance([0], correction: 2).ToArray(),
            [double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity]);
        Near.All(device.Values([1], 4).Variance().ToArray(), [double.NaN]);
    }
}
