using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class ComparisonTests
{
    public static Refusal[] Refusals { get; } =
    [
        new("equality of shapes", d => d.Of(2).EqualTo(d.Of(3)), "EqualTo", "(2)", "(3)"),
        new("order of shapes", d => d.Of(2) > d.Of(3), "Greater", "(2)", "(3)"),
        new("equality of types", d => d.Of(2).NotEqualTo(d.Ints(2)), "NotEqualTo", "types"),
        new("logic of numbers", d => d.Of(2) & d.Of(2), "And", "Bool is needed"),
        new("no number", d => !d.Of(2), "Not", "Bool is needed"),
        new("any of numbers", d => d.Of(2).Any(), "Any", "Bool is needed"),
        new("all over no such axis", d => d.Zeros(new Shape(2), DType.Bool).All([1]), "All", "axis 1"),
        new("integers against a fraction", d => d.Ints(2) > 0.5f, "Greater", "0.5"),
    ];

    [Test]
    public void Comparisons_hold_as_those_of_numbers_do()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        const float Nan = float.NaN;
        Tensor a = device.Values([4], 1, 2, 3, Nan), b = device.Scalar(2);
        Check(a.EqualTo(b), false, true, false, false);
        Check(a.NotEqualTo(b), true, false, true, true);
        Check(a > b, false, false, true, false);
        Check(a >= 2, false, true, true, false);
        Check(a < 2, true, false, false, false);
        Check(a <= b, true, true, false, false);
        Check((a > 2) | (a < 2), true, false, true, false);
        Check((a >= 2) & (a <= 2), false, true, false, false);
        Check((a >= 2) ^ (a <= 2), true, false, true, false);
        Check(!(a > 2), true, true, false, true);
        Check(a.IsNaN(), false, false, false, true);
        Check(device.Values([3], 1, float.NegativeInfinity, Nan).IsFinite(), true, false, false);
        Check(device.Ints(1).IsFinite(), true);
        Check(device.From([1, 3], new Shape(2)) > device.From([2, 2], new Shape(2)), false, true);
    }

    [Test]
    public void Any_and_all_reduce_truth_values()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.From([true, false, true, true, false, false], new Shape(3, 2));
        Check(x.Any([1]), true, true, false);
        Check(x.All([1]), false, true, false);
        Check(x.Any(), true);
        Check(x.All([0], keepDims: true), false, false);
        var none = device.Zeros(new Shape(0, 2), DType.Bool);
        Check(none.Any([0]), false, false);
        Check(none.All([0]), true, true);
    }

    static void Check(Tensor actual, params bool[] expected) => Assert.That(actual.ToArray<bool>(), Is.EqualTo(expected));
}
