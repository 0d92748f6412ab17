using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;
using static Ssgan.Engine.Autograd;

namespace Ssgan.Tests.Graphs;

sealed class GradTests : GraphFixture
{
    [Test]
    public void An_unused_input_gets_zeros_and_no_leaf_is_touched()
    {
        using var scope = _device.Scope();
        var (x, other) = (_device.Leaf(1, 3), _device.Leaf(2, 2, 2));
        var g = Grad([x.Square()], [other, x], [_device.Values([3], 1, 2, 3)]);
        Near.All(g[0].ToArray(), new double[4]);
        Assert.That(g[0].Shape, Is.EqualTo(new Shape(2, 2)));
        float[] v = x.ToArray();
        Near.All(g[1].ToArray(), [2.0 * v[0], 4.0 * v[1], 6.0 * v[2]]);
        Assert.That((x.Grad, other.Grad), Is.EqualTo(((Tensor?)null, (Tensor?)null)));
    }

    [Test]
    public void Inputs_may_lie_inside_the_graph_and_be_named_twice()
    {
        using var scope = _device.Scope();
        var x = _device.Values([1], 3);
        x.RequiresGrad = true;
        var middle = x.Square();
        var y = middle * middle + middle;
        var g = Grad([y], [middle, x, middle], [_device.Values([1], 2)]);
        Near.All(g[0].ToArray(), [2 * (18 + 1)]);
        Near.All(g[1].ToArray(), [2 * (18 + 1) * 6]);
        Near.All(g[2].ToArray(), [2 * (18 + 1)]);
    }

    [Test]
    public void Several_outputs_sum_and_one_may_be_an_input_or_a_constant()
    {
        using var scope = _device.Scope();
        var x = _device.Values([2], 3, 4);
        x.RequiresGrad = true;
        var g = Grad([x * 2, x, _device.Of(5)], [x], [_device.Values([2], 1, 10), _device.Values([2], 100, 1000), _device.Of(5)]);
        Near.All(g[0].ToArray(), [102, 1020]);
        Near.All(Grad([x.Exp().Sum() * 0 + x.Sum()], [x])[0].ToArray(), [1, 1]);
    }

    [Test]
    public void With_a_graph_the_gradient_can_be_differentiated_again_and_again()
    {
        using var scope = _device.Scope();
        var x = _device.Values([2], 1.5f, -2);
        x.RequiresGrad = true;
        // x⁵: 5x⁴, 20x³, 60x², 120x, 120.
        var d = x.Pow(5);
        double[] factors = [5, 20, 60, 120, 120];
        for (int order = 0; order < 5; order++)
        {
            d = Grad([d], [x], createGraph: true)[0];
            Near.All(d.ToArray(), [factors[order] * Math.Pow(1.5, 4 - order), factors[order] * Math.Pow(-2, 4 - order)]);
        }
        Assert.That(Grad([x.Square()], [x])[0].RequiresGrad, Is.False, "Without a graph the gradient is a constant.");
    }

    [Test]
    public void Backward_through_a_gradient_reaches_the_leaves()
    {
        using var scope = _device.Scope();
        var (x, w) = (_device.Values([2], 2, 3), _device.Values([2], 5, 7));
        (x.RequiresGrad, w.RequiresGrad) = (true, true);
        // y = Σ w·x³, dy/dx = 3w·x²; Σ (dy/dx)² = Σ 9w²x⁴.
        var slope = Grad([(w * x.Pow(3)).Sum()], [x], createGraph: true)[0];
        slope.Square().Sum().Backward();
        Near.All(w.Grad!.ToArray(), [18 * 5 * 16, 18 * 7 * 81]);
        Near.All(x.Grad!.ToArray(), [36 * 25 * 8, 36 * 49 * 27]);
    }

    [Test]
    public void Only_the_paths_to_the_inputs_are_computed()
    {
        using var backend = new RecordingBackend();
        using var device = new Device(backend);
        using var scope = device.Scope();
        var (x, w) = (device.Leaf(1, 1, 4, 4, 2), device.Leaf(2, 3, 3, 3, 2));
        var y = x.Conv2d(w, null, 1, 1);
        backend.Calls.Clear();
        _ = Grad([y], [x], retainGraph: true);
        Assert.That((backend.Count("Conv2dBackwardData"), backend.Count("Conv2dBackwardFilter")), Is.EqualTo((1, 0)));
        _ = Grad([y], [w]);
        Assert.That((backend.Count("Conv2dBackwardData"), backend.Count("Conv2dBackwardFilter")), Is.EqualTo((1, 1)));
    }

    [Test]
    public void What_cannot_be_asked_says_why()
    {
        using var scope = _device.Scope();
        var x = _device.Leaf(1, 2);
        Assert.That(() => Grad([], [x]), Throws.ArgumentException.With.Message.Contains("no outputs"));
        Assert.That(() => Grad([x * 2], [_device.Of(2)]),
            Throws.ArgumentException.With.Message.Contains("input 0").And.Message.Contains("does not require"));
        Assert.That(() => Grad([x * 2], [x], []), Throws.ArgumentException.With.Message.Contains("1 outputs but 0"));
        Assert.That(() => Grad([x * 2], [x], [_device.Of(3)]),
            Throws.ArgumentException.With.Message.Contains("(2)").And.Message.Contains("(3)"));
        Assert.That(() => Grad([_device.Of(2)], [x]), Throws.ArgumentException.With.Message.Contains("Nothing to differentiate"));
    }
}
