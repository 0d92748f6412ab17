using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class CumSumTests
{
    public static OpCase[] Cases { get; } =
    [
        new("CumSum", "along the last axis", [[3, 5]], t => t[0].CumSum(-1)),
        new("CumSum", "along an inner axis", [[2, 5, 3]], t => t[0].CumSum(1).Square()),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("cum sum of a scalar", d => d.Of().CumSum(0), "CumSum", "axis 0", "()"),
        new("cum sum of bytes", d => d.Zeros(new Shape(2), DType.U8).CumSum(0), "CumSum", "U8"),
    ];

    [Test]
    public void Sums_run_along_the_axis()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        Near.All(device.Values([2, 3], 1, 2, 3, 4, 5, 6).CumSum(0).ToArray(), [1, 2, 3, 5, 7, 9], 0);
        Near.All(device.Values([4], 1, float.NaN, 1, 1).CumSum(0).ToArray(), [1, double.NaN, double.NaN, double.NaN], 0);
        Assert.That(device.From([1, 2, int.MaxValue], new Shape(3)).CumSum(0).ToArray<int>(),
            Is.EqualTo(new[] { 1, 3, int.MinValue + 2 }));
        // 2²⁴ + 1 − 2²⁴: carried in double precision.
        Near.All(device.Values([3], 16777216, 1, -16777216).CumSum(0).ToArray(), [16777216, 16777216, 1], 0);
    }
}
