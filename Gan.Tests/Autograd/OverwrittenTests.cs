using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Nn;
using Ssgan.Engine.Optim;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Graphs;

/// <summary>
/// A backward never uses values that took the place of those its forward saw; PyTorch refuses the same programs.
/// </summary>
sealed class OverwrittenTests : GraphFixture
{
    [Test]
    public void A_step_between_two_losses_of_one_forward()
    {
        using var scope = _device.Scope();
        var w = Leaf(3);
        using var sgd = new Sgd([("w", w)], 0.1f);
        Tensor square = w.Square().Sum(), cube = w.Pow(3).Sum();
        square.Backward();
        sgd.Step();
        var refused = Assert.Throws<InvalidOperationException>(() => cube.Backward())!;
        Assert.That(refused.Message, Does.Contain("Pow").And.Contain("overwritten").And.Contain("TraceCallSites"));
    }

    static readonly (string Name, Action<Tensor> Write)[] Writes =
    [
        ("values", x => x.CopyFrom<float>([1, 2])),
        ("a tensor", x => x.CopyFrom(x.Device.Zeros(new Shape(2)))),
        ("random numbers", x =>
        {
            using var random = new Rng(x.Device, 1);
            random.FillNormal(x);
        }),
        ("a primitive", x => x.Backend.Fill(x.MutableView, 1)),
        ("through a view of other shape", x => x.Detach().Reshape(2, 1).CopyFrom<float>([1, 2])),
        ("Adam", x => Update(x, new Adam([("x", x)]))),
        ("momentum", x => Update(x, new Sgd([("x", x)], 1, 0.9f))),
    ];

    [TestCaseSource(nameof(Writes))]
    public void Every_way_to_write_is_seen((string Name, Action<Tensor> Write) way)
    {
        using var scope = _device.Scope();
        var x = Leaf(3, 4);
        x.Grad = _device.Values([2], 1, 1).Own();
        var y = x.Square().Sum();
        way.Write(x);
        Assert.That(() => y.Backward(), Throws.InvalidOperationException.With.Message.Contain("overwritten"));
    }

    [Test]
    public void The_traced_message_names_both_lines()
    {
        _device.TraceCallSites = true;
        using var scope = _device.Scope();
        var x = Leaf(3);
        var y = x.Square().Sum();
        x.CopyFrom<float>([1]);
        var refused = Assert.Throws<InvalidOperationException>(() => y.Backward())!;
        string file = nameof(OverwrittenTests);
        Assert.That(refused.Message.Split(file + ".cs:line").Length, Is.EqualTo(3), refused.Message);
    }

    [Test]
    public void Buffers_that_a_later_forward_moves()
    {
        using var scope = _device.Scope();
        using var random = new Rng(_device, 1);
        using var norm = new BatchNorm2d(_device, 2);
        var x = _device.Leaf(1, 3, 2, 2, 2);
        norm.Eval();
        var evaluated = norm.Forward(x).Sum();
        norm.Train();
        norm.Forward(x);
        Assert.That(() => evaluated.Backward(), Throws.InvalidOperationException.With.Message.Contain("overwritten"));
    }

    [Test]
    public void Labels_and_saved_results_too()
    {
        using var scope = _device.Scope();
        var logits = _device.Leaf(1, 2, 3);
        var labels = _device.From([0, 1], new Shape(2));
        var loss = logits.SoftmaxCrossEntropy(labels).Sum();
        labels.CopyFrom<int>([1, 0]);
        Assert.That(() => loss.Backward(), Throws.InvalidOperationException.With.Message.Contain("SoftmaxCrossEntropy"));
        var y = Leaf(1, 2).Tanh();
        var sum = y.Sum();
        y.CopyFrom<float>([0, 0]);
        Assert.That(() => sum.Backward(), Throws.InvalidOperationException.With.Message.Contain("Tanh"));
    }

    [Test]
    public void What_backward_does_not_need_may_be_overwritten()
    {
        using var scope = _device.Scope();
        var (x, w) = (_device.Values([2], 3, 4), Leaf(5, 6));
        var sum = (x + w).Sum();
        x.CopyFrom<float>([0, 0]);
        w.CopyFrom<float>([0, 0]);
        sum.Backward();
        Near.All(w.Grad!.ToArray(), [1, 1], 0);
        // w is saved for the gradient of x, which nobody wants.
        w.ZeroGrad();
        var product = (x * w).Sum();
        w.CopyFrom<float>([1, 1]);
        product.Backward();
        Near.All(w.Grad!.ToArray(), [0, 0], 0);
    }

    [Test]
    public void A_write_before_the_forward_is_none_of_its_business()
    {
        using var scope = _device.Scope();
        var x = Leaf(3);
        var old = x.Square().Sum();
        x.CopyFrom<float>([5]);
        x.Square().Sum().Backward();
        Near.All(x.Grad!.ToArray(), [10], 0);
        Assert.That(() => old.Backward(), Throws.InvalidOperationException);
    }

    [Test]
    public void A_replay_overwrites_what_its_step_writes_and_what_it_made()
    {
        using var cuda = new EmulatedCuda();
        using var device = new Device(new CudaBackend(cuda));
        Tensor x = device.From([3f], new Shape(1)), w = device.From([2f], new Shape(1)), made = null!;
        w.RequiresGrad = true;
        void Step()
        {
            using var scope = device.Scope();
            made = (x + 1).Keep();
            x.CopyFrom(made);
        }
        Step();
        made.Dispose();
        using (var step = device.Capture(Step))
        {
            foreach (var touched in new[] { x, made })
            {
                using var scope = device.Scope();
                var loss = (touched * w).Sum();
                step.Replay();
                Assert.That(() => loss.Backward(), Throws.InvalidOperationException.With.Message.Contain("overwritten"));
            }
        }
        foreach (var t in new[] { x, w, made }) t.Dispose();
    }

    Tensor Leaf(params float[] values)
    {
        var x = _device.From(values, new Shape(values.Length));
        x.RequiresGrad = true;
        return x;
    }

    static void Update(Tensor x, Optimizer optimizer)
    {
        using (optimizer) optimizer.Step();
    }
}
