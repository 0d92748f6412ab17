using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Graphs;

sealed class BackwardTests : GraphFixture
{
    [Test]
    public void Two_calls_sum_into_the_gradient_and_zero_grad_drops_it()
    {
        using var scope = _device.Scope();
        var x = _device.Leaf(1, 2, 3);
        var dy = _device.Values([2, 3], 1, 2, 3, 4, 5, 6);
        (x * 2).Backward(dy);
        Near.All(x.Grad!.ToArray(), [2, 4, 6, 8, 10, 12]);
        (x * 10).Backward(dy);
        Near.All(x.Grad!.ToArray(), [12, 24, 36, 48, 60, 72]);
        Near.All(dy.ToArray(), [1, 2, 3, 4, 5, 6], 0);
        x.ZeroGrad();
        Assert.That(x.Grad, Is.Null);
        x.Square().Sum().Backward();
        Near.All(x.Grad!.ToArray(), [.. x.ToArray().Select(v => 2.0 * v)]);
    }

    [Test]
    public void The_gradient_outlives_the_scope_until_the_leaf_drops_it()
    {
        Tensor x;
        using (_device.Scope())
        {
            x = _device.Leaf(1, 3).Own();
            (x * 3).Sum().Backward();
        }
        Near.All(x.Grad!.ToArray(), [3, 3, 3]);
        x.Dispose();
    }

    [Test]
    public void A_graph_is_walked_once_unless_retained()
    {
        using var scope = _device.Scope();
        var x = _device.Leaf(1, 3);
        var loss = (x.Exp() * x).Sum();
        loss.Backward(retainGraph: true);
        float[] once = x.Grad!.ToArray();
        loss.Backward();
        Near.All(x.Grad!.ToArray(), [.. once.Select(v => 2.0 * v)]);
        var e = Assert.Throws<InvalidOperationException>(() => loss.Backward());
        Assert.That(e!.Message, Does.Contain("is gone").And.Contain("retainGraph"));
        Near.All(x.Grad!.ToArray(), [.. once.Select(v => 2.0 * v)]);
        Assert.That(_device.GradEnabled, "The failed walk switched recording back on.");
    }

    [Test]
    public void A_failed_walk_gives_back_the_gradients_it_had_found()
    {
        using var scope = _device.Scope();
        var deep = _device.Leaf(1, 3);
        var middle = deep.Exp();
        middle.Sum().Backward();
        // Newer than the freed part, so its gradient is found first.
        var shallow = _device.Leaf(2, 3);
        var y = (middle + shallow).Sum();
        using var leaks = new NoLeaks(_device);
        using var inner = _device.Scope();
        Assert.That(() => Autograd.Grad([y], [shallow, deep]), Throws.InvalidOperationException.With.Message.Contains("Exp"));
    }

    [Test]
    public void A_kept_result_cannot_be_differentiated_after_its_scope()
    {
        Tensor x, loss;
        using (_device.Scope())
        {
            x = _device.Leaf(1, 3).Own();
            loss = x.Square().Sum().Keep();
        }
        Assert.That(() => loss.Backward(), Throws.InvalidOperationException.With.Message.Contains("scope ended"));
        x.Dispose();
        loss.Dispose();
    }

    [Test]
    public void A_tensor_used_three_times_gets_the_sum()
    {
        using var scope = _device.Scope();
        var x = _device.Values([2], 3, -2);
        x.RequiresGrad = true;
        var dy = _device.Values([2], 2, 5);
        (x + x + x).Backward(dy);
        Near.All(x.Grad!.ToArray(), [6, 15]);
        Near.All(dy.ToArray(), [2, 5], 0);
        x.ZeroGrad();
        // d(x²·(x + 1) + x)/dx = 3x² + 2x + 1.
        var y = x.Square();
        (y * (x + 1) + x).Backward(dy);
        Near.All(x.Grad!.ToArray(), [2 * (27 + 6 + 1), 5 * (12 - 4 + 1)]);
    }

    [Test]
    public void Leaves_that_get_the_same_gradient_do_not_share_it()
    {
        using var scope = _device.Scope();
        var (a, b) = (_device.Leaf(1, 2), _device.Leaf(2, 2));
        var dy = _device.Values([2], 2, 5);
        (a + b).Backward(dy);
        (a * 1).Backward(dy);
        Near.All(a.Grad!.ToArray(), [4, 10]);
        Near.All(b.Grad!.ToArray(), [2, 5]);
        Near.All(dy.ToArray(), [2, 5], 0);
    }

    [Test]
    public void A_broadcast_input_gets_a_gradient_of_its_own_shape()
    {
        using var scope = _device.Scope();
        var (row, column, scalar) = (_device.Leaf(1, 3), _device.Leaf(2, 2, 1), _device.Leaf(3));
        (row + column * scalar).Backward(_device.Values([2, 3], 1, 2, 3, 4, 5, 6));
        Assert.That((row.Grad!.Shape, column.Grad!.Shape, scalar.Grad!.Shape),
            Is.EqualTo((new Shape(3), new Shape(2, 1), new Shape())));
        Near.All(row.Grad!.ToArray(), [5, 7, 9]);
        Near.All(column.Grad!.ToArray(), [6.0 * scalar.Item(), 15.0 * scalar.Item()]);
        float[] c = column.ToArray();
        Near.All(scalar.Grad!.ToArray(), [6.0 * c[0] + 15.0 * c[1]]);
    }

    [Test]
    public void Gradients_flow_through_views()
    {
        using var scope = _device.Scope();
        var x = _device.Leaf(1, 2, 3);
        (x.Reshape(3, 2) * 2 + x.Reshape(3, 2)).Backward(_device.Values([3, 2], 1, 2, 3, 4, 5, 6));
        Assert.That(x.Grad!.Shape, Is.EqualTo(x.Shape));
        Near.All(x.Grad!.ToArray(), [3, 6, 9, 12, 15, 18]);
    }

    [Test]
    public void Detach_and_no_grad_stop_gradients_and_share_values()
    {
        using var scope = _device.Scope();
        var x = _device.Values([2], 3, -2);
        x.RequiresGrad = true;
        var still = x.Detach();
        (x * still).Backward(_device.Values([2], 1, 10));
        Near.All(x.Grad!.ToArray(), [3, -20]);
        Tensor constant;
        using (_device.NoGrad())
        {
            using (_device.NoGrad()) _ = x.Exp();
            constant = x.Square();
        }
        Assert.That((still.RequiresGrad, constant.RequiresGrad, _device.GradEnabled), Is.EqualTo((false, false, true)));
        x.CopyFrom<float>([7, 8]);
        Near.All(still.ToArray(), [7, 8], 0);
    }

    [Test]
    public void What_cannot_be_differentiated_says_why()
    {
        using var scope = _device.Scope();
        var x = _device.Leaf(1, 2, 3);
        Assert.That(() => (x * 2).Backward(),
            Throws.InvalidOperationException.With.Message.Contains("(2, 3)").And.Message.Contains("not a scalar"));
        Assert.That(() => (x * 2).Backward(_device.Of(3)), Throws.ArgumentException.With.Message.Contains("(3)"));
        Assert.That(() => (x * 2).Backward(_device.Ints(2, 3)), Throws.ArgumentException.With.Message.Contains("I32"));
        Assert.That(() => _device.Of(1).Backward(), Throws.ArgumentException.With.Message.Contains("Nothing to differentiate"));
        Assert.That(() => (x * 2).RequiresGrad = false, Throws.InvalidOperationException.With.Message.Contains("only leaves"));
        Assert.That(() => _device.Ints(2).RequiresGrad = true, Throws.InvalidOperationException.With.Message.Contains("I32"));
    }

    [Test]
    public void A_graph_as_deep_as_a_day_is_long_does_not_overflow_the_stack()
    {
        using var scope = _device.Scope();
        var x = _device.Values([1], 1);
        x.RequiresGrad = true;
        var y = x;
        for (int i = 0; i < 50_000; i++) y += 0.5f;
        y.Backward(retainGraph: true);
        Near.All(x.Grad!.ToArray(), [1]);
        Near.All(Autograd.Grad([y], [x])[0].ToArray(), [1]);
    }
}
