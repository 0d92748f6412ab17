using Ssgan.Engine;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class NormTests
{
    public static OpCase[] Cases { get; } =
    [
        new("Norm", "sum of magnitudes", [[3, 4]], t => t[0].L1Norm([1])) { Fills = [Fill.OffZero] },
        new("Norm", "largest magnitude", [[3, 4]], t => t[0].MaxNorm([-1], keepDims: true)) { Fills = [Fill.Positive] },
        new("Norm", "of all", [[3, 4]], t => t[0].Norm()),
        new("Norm", "of a scalar", [[]], t => t[0].Norm()) { Fills = [Fill.OffZero] },
        new("Norm", "of rows", [[3, 4]], t => t[0].Norm(1)),
        new("Norm", "of rows, kept", [[3, 4]], t => t[0].Norm([-1], keepDims: true)),
        new("Norm", "of images", [[2, 2, 3, 2]], t => t[0].Norm(1, 2, 3)),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("norm over no such axis", d => d.Of(2, 3).Norm(2), "Norm", "axis 2", "(2, 3)"),
        new("norm of integers", d => d.Ints(2, 3).Norm(), "Norm", "I32"),
    ];

    [Test]
    public void Rows_of_zeros_have_norm_and_gradient_zero_and_so_have_their_second_derivatives()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Values([2, 2], 0, 0, 3, -4);
        x.RequiresGrad = true;
        var norm = x.Norm(1);
        Near.All(norm.ToArray(), [0, 5], 0);
        var gradient = Autograd.Grad([norm.Sum()], [x], createGraph: true)[0];
        Near.All(gradient.ToArray(), [0, 0, 0.6, -0.8], 1e-7);
        // d/dx of (first + 2·second element of x / ‖x‖), in row 1: (r − (r·x̂)x̂) / 5 with r = (1, 2), r·x̂ = −1.
        (gradient * device.Values([2], 1, 2)).Sum().Backward();
        Near.All(x.Grad!.ToArray(), [0, 0, (1 + 0.6) / 5, (2 - 0.8) / 5], 1e-6);
    }

    [Test]
    public void An_empty_row_has_norm_zero()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        Near.All(device.Of(2, 0).Norm(1).ToArray(), [0, 0], 0);
    }

    [Test]
    public void What_is_not_finite_stays_so()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Values([2, 2], float.NaN, 1, float.PositiveInfinity, 1);
        x.RequiresGrad = true;
        var norm = x.Norm(1);
        Assert.That(norm.ToArray(), Is.EqualTo(new[] { float.NaN, float.PositiveInfinity }));
        norm.Sum().Backward();
        Assert.That(x.Grad!.ToArray(), Is.EqualTo(new[] { float.NaN, float.NaN, float.NaN, 0 }));
    }
}
