using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class MaskedTests
{
    public static OpCase[] Cases { get; } =
    [
        new("Masked", "select", [[3, 4]], t => t[0][t[0] > 0]) { Fills = [Fill.OffZero] },
        new("Masked", "select rows", [[3, 4]], t => t[0][Rows(t[0].Device)]),
        new("Masked", "fill", [[3, 4]], t => t[0].MaskedFill(t[0] > 0, 7)) { Fills = [Fill.OffZero] },
        new("Masked", "lower triangle", [[2, 3, 4]], t => t[0].LowerTriangle()),
        new("Masked", "upper triangle", [[3, 4]], t => t[0].UpperTriangle(-1)),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("a mask of numbers", d => d.Of(2)[d.Of(2)], "Index", "F32", "Bool is needed"),
        new("a mask of another shape", d => d.Of(2, 3)[d.Zeros(new Shape(3), DType.Bool)], "Index", "(3)", "(2, 3)"),
        new("fill by a mask of numbers", d => d.Of(2).MaskedFill(d.Of(2), 1), "MaskedFill", "Bool is needed"),
        new("fill by a mask that does not broadcast",
            d => d.Of(2).MaskedFill(d.Zeros(new Shape(3), DType.Bool), 1), "(3)", "(2)"),
        new("triangle of a vector", d => d.Of(2).LowerTriangle(), "LowerTriangle", "(2)"),
    ];

    static Tensor Rows(Device device) => device.From([true, false, true], new Shape(3));

    [Test]
    public void Masks_take_and_fill_what_they_say()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Values([3, 2], 1, -2, 3, -4, -5, 6);
        Near.All(x[x > 0].ToArray(), [1, 3, 6], 0);
        Assert.That(x[Rows(device)].Shape, Is.EqualTo(new Shape(2, 2)));
        Assert.That(x[x > 9].Shape, Is.EqualTo(new Shape(0)));
        Near.All(x.MaskedFill(x < 0, float.NaN).ToArray(), [1, double.NaN, 3, double.NaN, double.NaN, 6], 0);
        Near.All(x.LowerTriangle().ToArray(), [1, 0, 3, -4, -5, 6], 0);
        Near.All(x.UpperTriangle(1).ToArray(), [0, -2, 0, 0, 0, 0], 0);
    }

    [Test]
    public void Sequences_begin_and_end_where_they_should()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        Near.All(device.Arange(1, 2, 0.3f).ToArray(), [1, 1.3, 1.6, 1.9], 1e-7);
        Near.All(device.Arange(3, 0, -2).ToArray(), [3, 1], 0);
        Assert.That(device.Arange(5, 5).Count, Is.Zero);
        Near.All(device.Linspace(-1, 1, 5).ToArray(), [-1, -0.5, 0, 0.5, 1], 0);
        Assert.That(device.Linspace(0.1f, 0.7f, 42).ToArray()[^1], Is.EqualTo(0.7f));
        Assert.That(device.Linspace(3, 9, 1).ToArray(), Is.EqualTo(new[] { 3f }));
        Near.All(device.Eye(2).ToArray(), [1, 0, 0, 1], 0);
        Assert.That(() => device.Arange(0, 1, -1), Throws.ArgumentException.With.Message.Contains("Arange"));
        Assert.That(() => device.Arange(0, 1, 0), Throws.ArgumentException.With.Message.Contains("Arange"));
        Assert.That(() => device.Linspace(0, 1, -1), Throws.ArgumentException.With.Message.Contains("Linspace"));
        Assert.That(() => device.Eye(-1), Throws.ArgumentException.With.Message.Contains("Eye"));
    }
}
