using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class ElementwiseTests
{
    public static OpCase[] Cases { get; } =
    [
        One("neg", x => x.Neg()),
        One("operator −x", x => -x),
        One("affine", x => x.Affine(-1.7f, 0.3f)),
        One("abs", x => x.Abs(), Fill.OffZero),
        One("square", x => x.Square()),
        One("sqrt", x => x.Sqrt(), Fill.Positive),
        One("rsqrt", x => x.Rsqrt(), Fill.Positive) with { Tolerance = 5e-3 },
        One("cube of either sign", x => x.Pow(3)),
        One("negative power", x => x.Pow(-0.5f), Fill.Positive) with { Tolerance = 5e-3 },
        One("first power", x => x.Pow(1)),
        One("exp", x => x.Exp()),
        One("log", x => x.Log(), Fill.Positive) with { Tolerance = 5e-3 },
        One("clamp", x => x.Clamp(-0.15f, 0.15f), Fill.OffZero),
        One("clamp of nothing", x => x.Clamp(-5, 5)),
        One("x + c, c + x", x => (x + 0.5f) * (2 + x)),
        One("x − c, c − x", x => (x - 0.5f) * (2 - x)),
        One("x·c, c·x, x / c", x => x * 3 * x + 0.5f * x / 4),
        .. Two("add", (a, b) => a + b, Fill.Any, Fill.Any),
        .. Two("sub", (a, b) => a - b, Fill.Any, Fill.Any),
        .. Two("mul", (a, b) => a * b, Fill.Any, Fill.Any),
        .. Two("div", (a, b) => a / b, Fill.Any, Fill.Positive, 5e-3),
        .. Two("maximum", (a, b) => a.Maximum(b), Fill.Distinct, Fill.DistinctOdd),
        .. Two("minimum", (a, b) => a.Minimum(b), Fill.Distinct, Fill.DistinctOdd),
        .. Two("add and relu", (a, b) => a.AddRelu(b), Fill.OffZero, Fill.Small),
        .. Two("add and leaky relu", (a, b) => a.AddLeakyRelu(b, 0.3f), Fill.OffZero, Fill.Small),
        new("Elementwise", "a bias and leaky relu of images", [[2, 2, 3, 4], [4]], t => t[0].AddLeakyRelu(t[1]))
            { Fills = [Fill.OffZero, Fill.Small] },
        One("a tensor with itself", x => x * x + x / (x.Square() + 1) - x),
        One("a scalar", x => x.Exp() * x) with { Shapes = [[]] },
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("add of shapes", d => d.Of(2, 3) + d.Of(2), "Add", "(2, 3)", "(2)"),
        new("sub of shapes", d => d.Of(3) - d.Of(4), "Sub", "(3)", "(4)"),
        new("mul of shapes", d => d.Of(2, 1, 3) * d.Of(2, 2, 2), "Mul"),
        new("div of shapes", d => d.Of(2) / d.Of(3), "Div"),
        new("maximum of shapes", d => d.Of(2).Maximum(d.Of(3)), "Maximum"),
        new("minimum of shapes", d => d.Of(2).Minimum(d.Of(3)), "Minimum"),
        new("add and leaky relu of shapes", d => d.Of(2).AddLeakyRelu(d.Of(3)), "AddLeakyRelu"),
        new("a negative slope", d => d.Of(2).AddLeakyRelu(d.Of(2), -0.1f), "AddLeakyRelu", "slope -0.1"),
        new("add and relu of shapes", d => d.Of(2).AddRelu(d.Of(3)), "AddRelu"),
        new("integers and floats added", d => d.Ints(2) + d.Of(2), "Add", "I32", "different types"),
        new("exp of integers", d => d.Ints(2).Exp(), "Exp", "I32"),
        new("square root of integers", d => d.Ints(2).Sqrt(), "Sqrt", "I32"),
        new("leaky relu of bytes", d => d.Zeros(new Shape(2), DType.U8).LeakyRelu(), "LeakyRelu", "U8"),
        new("softplus of bytes", d => d.Zeros(new Shape(2), DType.U8).Softplus(), "Softplus", "U8"),
        new("tanh of integers", d => d.Ints(2).Tanh(), "Tanh"),
        new("sigmoid of integers", d => d.Ints(2).Sigmoid(), "Sigmoid"),
        new("clamp bounds", d => d.Of(2).Clamp(1, 0), "Clamp", "1", "0"),
    ];

    static OpCase One(string name, Func<Tensor, Tensor> run, Fill fill = Fill.Any) =>
        new("Elementwise", name, [[3, 7]], t => run(t[0])) { Fills = [fill] };

    /// <summary>Equal shapes, and every way to broadcast: a scalar, a row, a column, both sides, new leading axes.</summary>
    static OpCase[] Two(string name, Func<Tensor, Tensor, Tensor> run, Fill a, Fill b, double tolerance = 2e-3)
    {
        int[][][] shapes = [[[2, 5], [2, 5]], [[2, 5], []], [[3, 4], [4]], [[3, 1], [3, 5]], [[2, 1, 3], [4, 1]],
            [[5], [2, 1, 3, 1]], [[1], [1]]];
        return [.. shapes.Select(s => new OpCase("Elementwise", $"{name} {new Shape(s[0])} and {new Shape(s[1])}", s,
            t => run(t[0], t[1]))
            { Fills = [a, b], Tolerance = tolerance })];
    }

    [Test]
    public void Ties_share_the_gradient_in_halves()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var (a, b) = (device.Values([3], 1, 2, 3), device.Values([3], 1, 5, 0));
        (a.RequiresGrad, b.RequiresGrad) = (true, true);
        var dy = device.Values([3], 2, 3, 5);
        var greater = Autograd.Grad([a.Maximum(b)], [a, b], [dy]);
        Near.All(greater[0].ToArray(), [1, 0, 5]);
        Near.All(greater[1].ToArray(), [1, 3, 0]);
        var smaller = Autograd.Grad([a.Minimum(b)], [a, b], [dy]);
        Near.All(smaller[0].ToArray(), [1, 3, 0]);
        Near.All(smaller[1].ToArray(), [1, 0, 5]);
    }

    [Test]
    public void Comparisons_give_numbers_and_no_gradient_and_sign_gives_numbers()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var (a, b) = (device.Values([3], -1, 0, 2), device.Values([1], 0));
        a.RequiresGrad = true;
        Near.All(a.EqualMask(b).ToArray(), [0, 1, 0]);
        Near.All(a.GreaterMask(b).ToArray(), [0, 0, 1]);
        Near.All(a.Sign().ToArray(), [-1, 0, 1]);
        Assert.That(a.EqualTo(b).RequiresGrad || a.GreaterMask(b).RequiresGrad, Is.False);
    }

    [Test]
    public void Derivatives_at_kinks_are_the_documented_ones()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Values([3], 0, 0.5f, -1);
        x.RequiresGrad = true;
        var dy = device.Values([3], 2, 3, 5);
        Near.All(Autograd.Grad([x.Abs()], [x], [dy])[0].ToArray(), [0, 3, -5]);
        Near.All(Autograd.Grad([x.Relu()], [x], [dy])[0].ToArray(), [0, 3, 0]);
        Near.All(Autograd.Grad([x.Clamp(0, 0.5f)], [x], [dy])[0].ToArray(), [2, 3, 0]);
    }

    /// <summary>x⁰ is constant and x¹ has a constant slope, also where x⁻¹ is infinite.</summary>
    [Test]
    public void Powers_have_finite_derivatives_at_zero()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Values([3], 0, -1, 2);
        x.RequiresGrad = true;
        var dy = device.Values([3], 2, 3, 5);
        Near.All(Autograd.Grad([x.Pow(0)], [x], [dy])[0].ToArray(), [0, 0, 0]);
        var slope = Autograd.Grad([x.Pow(1)], [x], [dy], createGraph: true)[0];
        Near.All(slope.ToArray(), [2, 3, 5]);
        Near.All(Autograd.Grad([x.Pow(1) * dy + slope], [x], [dy])[0].ToArray(), [4, 9, 25]);
        var square = Autograd.Grad([x.Pow(2)], [x], [dy], createGraph: true)[0];
        Near.All(Autograd.Grad([square], [x], [dy])[0].ToArray(), [8, 18, 50]);
    }

    [Test]
    public void Operators_with_numbers_follow_the_formulas()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Values([2], 1.5f, -4);
        Near.All((x + 2).ToArray(), [3.5, -2]);
        Near.All((2 + x).ToArray(), [3.5, -2]);
        Near.All((x - 2).ToArray(), [-0.5, -6]);
        Near.All((2 - x).ToArray(), [0.5, 6]);
        Near.All((x * 3).ToArray(), [4.5, -12]);
        Near.All((3 * x).ToArray(), [4.5, -12]);
        Near.All((x / 4).ToArray(), [0.375, -1]);
        Near.All((-x).ToArray(), [-1.5, 4]);
    }
}
