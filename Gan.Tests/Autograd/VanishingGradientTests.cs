using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Graphs;

/// <summary>Where a derivative vanishes identically the gradient is zeros, not missing, as in PyTorch.</summary>
sealed class VanishingGradientTests : GraphFixture
{
    static IEnumerable<TestCaseData> Flat =>
    [
        Row("x⁰", static x => x.Pow(0)),
        Row("sign", static x => x.Sign()),
        Row("0·x", static x => x * 0),
        Row("0·x + 1", static x => x.Affine(0, 1)),
        Row("x − x", static x => x - x),
        Row("a clamp to one value", static x => x.Clamp(5, 5)),
        Row("relu of negatives", static x => (x.Abs() + 1).Neg().Relu()),
        Row("behind other operations", static x => x.Square().Sign().Reshape(4, 3).Sum(0)),
        // 0·∞ on the way would be NaN.
        Row("of a root of 0", static x => (x * 0).Sqrt().Pow(0)),
        Row("beside a part without gradient", static x => x.Sign() * x.Greater(x.Detach()).Cast(DType.F32)),
    ];

    [TestCaseSource(nameof(Flat))]
    public void Backward_leaves_zeros(Func<Tensor, Tensor> f)
    {
        using var scope = _device.Scope();
        var x = Leaf();
        var y = f(x).Sum();
        Assert.That(y.RequiresGrad);
        y.Backward(retainGraph: true);
        Assert.That(x.Grad?.ToArray(), Is.EqualTo(new float[12]));
        y.Backward();
        Assert.That(x.Grad!.ToArray(), Is.EqualTo(new float[12]));
        Assert.That(Autograd.Grad([f(x).Sum()], [x])[0].ToArray(), Is.EqualTo(new float[12]));
    }

    [TestCaseSource(nameof(Flat))]
    public void They_add_nothing_to_another_gradient(Func<Tensor, Tensor> f)
    {
        using var scope = _device.Scope();
        var x = Leaf();
        (f(x).Sum() + x.Exp().Sum()).Backward();
        float[] together = x.Grad!.ToArray();
        x.ZeroGrad();
        x.Exp().Sum().Backward();
        // (1 + eˣ) − 1 rounds.
        Near.All(together, [.. x.Grad!.ToArray().Select(static g => (double)g)], 1e-6);
        together = x.Grad.ToArray();
        f(x).Sum().Backward();
        Assert.That(x.Grad!.ToArray(), Is.EqualTo(together));
    }

    static IEnumerable<TestCaseData> Straight =>
    [
        Row("relu", static x => x.Relu()),
        Row("leaky relu", static x => x.LeakyRelu()),
        Row("absolute value", static x => x.Abs()),
        Row("relu of a sum", static x => x.AddRelu(x.Detach())),
        Row("leaky relu of a sum", static x => x.AddLeakyRelu(x.Detach())),
        Row("first power", static x => x.Pow(1)),
        Row("largest of a window", static x => x.Reshape(1, 2, 6, 1).MaxPool2d()),
        Row("hinge", static x => Tensor.HingeDiscriminator(x, x.Detach())),
    ];

    [TestCaseSource(nameof(Straight))]
    public void The_second_derivative_of_what_is_straight_in_pieces_is_zeros(Func<Tensor, Tensor> f)
    {
        using var scope = _device.Scope();
        var x = Leaf();
        var first = Autograd.Grad([f(x).Sum()], [x], createGraph: true)[0];
        Assert.That(first.ToArray(), Has.Some.Not.Zero);
        Assert.That(first.RequiresGrad);
        first.Square().Sum().Backward();
        Assert.That(x.Grad?.ToArray(), Is.EqualTo(new float[12]));
    }

    [Test]
    public void Zeros_reach_what_a_freed_graph_hangs_on()
    {
        using var scope = _device.Scope();
        var x = Leaf();
        var middle = x.Exp();
        middle.Sum().Backward();
        x.ZeroGrad();
        // Needs nothing that the graph of Exp had saved.
        middle.Pow(0).Sum().Backward();
        Assert.That(x.Grad?.ToArray(), Is.EqualTo(new float[12]));
    }

    [Test]
    public void A_frozen_leaf_gets_none()
    {
        using var scope = _device.Scope();
        var (x, frozen) = (Leaf(), _device.Leaf(2, 12));
        frozen.RequiresGrad = false;
        (x * frozen).Sign().Sum().Backward();
        Assert.That(x.Grad?.ToArray(), Is.EqualTo(new float[12]));
        Assert.That(frozen.Grad, Is.Null);
    }

    [Test]
    public void What_has_no_derivative_has_no_gradient()
    {
        using var scope = _device.Scope();
        var x = Leaf();
        Tensor[] constants = [x.EqualTo(x), x.Greater(x), x.ArgMax(), x.Cast(DType.I32), x.Detach()];
        Assert.That(constants.Select(static y => y.RequiresGrad), Has.All.False);
    }

    Tensor Leaf() => _device.Leaf(1, 12);

    static TestCaseData Row(string name, Func<Tensor, Tensor> f) => new TestCaseData(f).SetArgDisplayNames(name);
}
