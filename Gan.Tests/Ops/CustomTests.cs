using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class CustomTests
{
    /// <summary>x·σ(x), whose backward reads an input.</summary>
    static Tensor Silu(Tensor x) => Tensor.Custom("silu", [x],
        static f => f.Save(f.Inputs[0]) * f.Inputs[0].Sigmoid(),
        static g =>
        {
            var (x, s) = (g.Saved(0), g.Saved(0).Sigmoid());
            g[0] = g.Upstream * (s + x * s * (1 - s));
        });

    /// <summary>eˣ, whose backward reads the result.</summary>
    static Tensor Exp(Tensor x) =>
        Tensor.Custom("own_exp", [x], static f => f.Save(f.Inputs[0].Exp()), static g => g[0] = g.Upstream * g.Saved(0));

    /// <summary>a·bᵀ, each gradient made only where it is wanted.</summary>
    static Tensor Outer(Tensor a, Tensor b) => Tensor.Custom("outer", [a, b],
        static f => f.Save(f.Inputs[0]).Reshape(-1, 1) * f.Save(f.Inputs[1]),
        static g =>
        {
            if (g.Needs(0)) g[0] = (g.Upstream * g.Saved(1)).Sum(1);
            if (g.Needs(1)) g[1] = (g.Upstream * g.Saved(0).Reshape(-1, 1)).Sum(0);
        });

    /// <summary>2x through a view of what was made on the way.</summary>
    static Tensor Twice(Tensor x) => Tensor.Custom("twice", [x], static f => (f.Inputs[0] + f.Inputs[0]).Reshape(-1),
        static g => g[0] = g.Upstream.Reshape(2, 3) * 2);

    /// <summary>x where a mask, which is saved as a constant, is 1.</summary>
    static Tensor Gated(Tensor x) => Tensor.Custom("gated", [x],
        static f => f.Inputs[0] * f.SaveConstant((f.Inputs[0] > 0).Cast(DType.F32)),
        static g => g[0] = g.Upstream * g.Saved(0));

    public static OpCase[] Cases { get; } =
    [
        new("Custom", "of its input", [[3, 4]], t => Silu(t[0])),
        new("Custom", "of its result", [[3, 4]], t => Exp(t[0])),
        new("Custom", "of two inputs", [[3], [4]], t => Outer(t[0], t[1])),
        new("Custom", "within others", [[3, 4]], t => Silu(t[0] * 2) + Exp(t[0])),
        new("Custom", "that is a view", [[2, 3]], t => Twice(t[0]) * 3),
        new("Custom", "with a constant", [[2, 3]], t => Gated(t[0])) { Fills = [Fill.OffZero] },
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("no inputs", d => Tensor.Custom("mine", [], f => f.Inputs[0], g => { }), "mine", "no inputs"),
        new("no name", d => Tensor.Custom("", [d.Of(1)], f => f.Inputs[0] * 2, g => { }), "name"),
        new("a result of integers", d => Tensor.Custom("mine", [d.Leaf(1, 2)],
            f => f.Device.From([1, 2], new Shape(2)), g => { }), "mine", "I32"),
    ];

    static readonly Device s_other = Device.Cpu(1);

    static readonly TestCaseData[] s_wrong =
    [
        new TestCaseData((Func<Tensor, Tensor>)(x => Tensor.Custom("mine", [x], f => f.Inputs[0], g => { })),
            "mine: its forward returned input 0 itself").SetArgDisplayNames("an input"),
        new TestCaseData((Func<Tensor, Tensor>)(x => Tensor.Custom("mine", [x * 2], f => x, g => { })),
            "mine: its forward returned Copy").SetArgDisplayNames("a tensor from before"),
        new TestCaseData((Func<Tensor, Tensor>)(x => Tensor.Custom("mine", [x], f => null!, g => { })),
            "mine: its forward returned null").SetArgDisplayNames("null"),
        new TestCaseData((Func<Tensor, Tensor>)(x => Tensor.Custom("mine", [x * 2], f => f.Inputs[0] * f.Save(x), g => { })),
            "mine: Copy (2, 3) F32 requires a gradient, but is not among its inputs").SetArgDisplayNames("a captured leaf saved"),
        new TestCaseData((Func<Tensor, Tensor>)(x => Tensor.Custom("mine", [x], f =>
        {
            var y = f.Inputs[0] * 2;
            y.RequiresGrad = true;
            return y;
        }, g => { })), "mine: its forward set RequiresGrad").SetArgDisplayNames("a leaf"),
        Backward("a gradient of another shape", g => g[0] = g.Upstream.Sum(0), "the gradient of input 0", "(3)", "(2, 3)"),
        Backward("a gradient of integers", g => g[0] = g.Upstream.Device.Ints(2, 3), "input 0", "I32"),
        Backward("a gradient elsewhere", g => g[0] = s_other.Zeros(new Shape(2, 3)), "input 0", "is on cpu"),
        Backward("an input that is not there", g => g[1] = g.Upstream, "there is no input 1; it has 1"),
        Backward("a question about it", g => g[0] = g.Needs(-1) ? g.Upstream : null, "there is no input -1"),
        Backward("a tensor that was not saved", g => g[0] = g.Saved(1), "saved tensor 1; its forward saved 1"),
        Backward("code on memory", g => g[0] = Tensor.Raw("mine", [g.Saved(0)], new Shape(2, 3)), "mine has no form for cpu"),
    ];

    static TestCaseData Backward(string name, Action<CustomBackward> backward, params string[] words) =>
        new TestCaseData((Func<Tensor, Tensor>)(x =>
        {
            Tensor.Custom("mine", [x], f => f.Save(f.Inputs[0]) * 2, backward).Sum().Backward();
            return x;
        }), words).SetArgDisplayNames(name);

    [TestCaseSource(nameof(s_wrong))]
    public void What_is_wrong_in_a_users_code_is_told_with_the_operations_name(Func<Tensor, Tensor> run, params string[] words)
    {
        using var device = Device.Cpu(1);
        using var leaks = new NoLeaks(device);
        using var scope = device.Scope();
        var x = device.Leaf(1, 2, 3).Copy();
        x.RequiresGrad = true;
        var e = Assert.Catch(() => run(x))!;
        Assert.That(e, Is.InstanceOf<InvalidOperationException>().Or.InstanceOf<NotSupportedException>());
        foreach (string word in words.Append("mine")) Assert.That(e.Message, Does.Contain(word));
        Assert.That(device.GradEnabled, "As before.");
    }

    [OneTimeTearDown]
    public void Close() => s_other.Dispose();

    [Test]
    public void Without_a_scope_nothing_would_own_the_result()
    {
        using var device = Device.Cpu(1);
        using var x = device.Zeros(new Shape(2));
        Assert.That(() => Silu(x), Throws.InvalidOperationException.With.Message.StartWith("silu ran outside any tensor scope"));
    }

    [Test]
    public void What_was_made_on_the_way_has_a_first_derivative_and_refuses_a_second()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Leaf(1, 4);
        var y = Tensor.Custom("silu", [x], static f => f.Inputs[0] * f.Save(f.Inputs[0].Sigmoid()),
            static g => g[0] = g.Upstream * g.Saved(0));
        Assert.That(() => Autograd.Grad([y], [x], createGraph: true),
            Throws.InvalidOperationException.With.Message.StartsWith("silu: backward is differentiated in its turn"));
        Near.All(Autograd.Grad([y], [x])[0].ToArray(), [.. x.Sigmoid().ToArray().Select(static v => (double)v)], 0);
    }

    [Test]
    public void A_gradient_that_is_left_out_vanishes_and_one_that_nobody_wants_is_dropped()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        Tensor a = device.Leaf(1, 3), b = device.Leaf(2, 3), c = device.Zeros(new Shape(3));
        var needs = new List<bool>();
        var y = Tensor.Custom("first", [a, b, c], static f => f.Inputs[0] * 1, g =>
        {
            needs.AddRange([g.Needs(0), g.Needs(1), g.Needs(2)]);
            g[0] = g.Upstream;
            g[2] = g.Upstream;
            Assert.That(g[1], Is.Null);
        });
        y.Sum().Backward();
        Assert.That(needs, Is.EqualTo(new[] { true, true, false }));
        Near.All(a.Grad!.ToArray(), [1, 1, 1], 0);
        Near.All(b.Grad!.ToArray(), [0, 0, 0], 0);
        Assert.That(c.Grad, Is.Null);
    }

    [Test]
    public void What_forward_makes_on_the_way_is_freed_when_it_returns()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Leaf(1, 1000);
        int before = device.Pool.LiveBlocks;
        var y = Silu(x);
        Assert.That(device.Pool.LiveBlocks, Is.EqualTo(before + 1));
        Assert.That(y.ToString(), Does.StartWith("silu (1000) F32"));
    }

    [Test]
    public void A_saved_tensor_that_is_overwritten_is_told()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Leaf(1, 3);
        var y = Silu(x).Sum();
        x.CopyFrom<float>([1, 2, 3]);
        Assert.That(() => y.Backward(), Throws.InvalidOperationException.With.Message.StartsWith("Backward of silu"));
    }

    [Test]
    public void Saving_ends_with_forward()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Leaf(1, 3);
        CustomForward? kept = null;
        Tensor.Custom("late", [x], f => (kept = f).Inputs[0] * 2, static g => { });
        Assert.That(() => kept!.Save(x), Throws.InvalidOperationException.With.Message.StartsWith("late: Save was called after"));
    }
}
