using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class ProductTests
{
    public static OpCase[] Cases { get; } =
    [
        new("Product", "of all", [[2, 3]], t => t[0].Product()) { Fills = [Fill.Positive], Tolerance = 5e-3 },
        new("Product", "along an axis", [[3, 4, 2]], t => t[0].Product([1], keepDims: true)) { Fills = [Fill.OffZero] },
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("product over no such axis", d => d.Of(3).Product([1]), "Product", "axis 1"),
        new("product of truth values", d => d.Zeros(new Shape(3), DType.Bool).Product(), "Product", "Bool"),
    ];

    [Test]
    public void The_gradient_is_the_product_of_the_others_where_some_are_zero()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Values([3, 3], 2, 3, 4, 2, 0, 4, 0, 3, 0);
        x.RequiresGrad = true;
        var y = x.Product([1]);
        Near.All(y.ToArray(), [24, 0, 0], 0);
        Near.All(Autograd.Grad([y], [x], [device.Values([3], 1, 1, 1)])[0].ToArray(), [12, 8, 6, 0, 8, 0, 0, 0, 0]);
        Near.All(device.Of(0).Product().ToArray(), [1]);
        Assert.That(device.From([3, 5], new Shape(2)).Product().ToArray<long>(), Is.EqualTo(new[] { 15L }));
    }
}
