using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class RawTests
{
    static void Cube(CpuCall call) => call.For(call.Output.Length, 2, (start, end) =>
    {
        var x = call.Input(0);
        var y = call.Output;
        for (int i = start; i < end; i++) y[i] = x[i] * x[i] * x[i];
    });

    static Tensor Cubed(Tensor x) => Tensor.Custom("cube", [x],
        static f => Tensor.Raw("cube", [f.Save(f.Inputs[0])], f.Inputs[0].Shape, Cube),
        static g => g[0] = g.Upstream * g.Saved(0).Square() * 3);

    public static OpCase[] Cases { get; } = [new("Raw", "within a custom operation", [[3, 4]], t => Cubed(t[0]))];

    public static Refusal[] Refusals { get; } =
    [
        new("raw without inputs", d => Tensor.Raw("mine", [], new Shape(1), Cube), "mine", "no inputs"),
        new("raw input that is not there", d => Tensor.Raw("mine", [d.Of(2)], new Shape(1), c => c.Input(1)), "mine", "input 1"),
        new("raw input of integers", d => Tensor.Raw("mine", [d.Ints(2)], new Shape(1), c => c.Input(0)), "is I32", "Single"),
        new("raw result of floats", d => Tensor.Raw("mine", [d.Of(2)], new Shape(1), c => c.OutputOf<int>()), "result is F32"),
        new("raw result of doubles", d => Tensor.Raw("mine", [d.Of(2)], new Shape(1), c => c.OutputOf<double>()), "Double"),
    ];

    [Test]
    public void Threads_share_a_loop_and_write_all_of_it([Values(1, 3)] int threads)
    {
        using var device = Device.Cpu(threads);
        using var scope = device.Scope();
        float[] x = Make.Numbers(1000, 1);
        Near.All(Cubed(device.From(x, new Shape(1000))).ToArray(), [.. x.Select(static v => (double)(v * v * v))], 0);
    }

    [Test]
    public void Integers_and_bytes_have_their_spans()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.From([(byte)7, (byte)9], new Shape(2));
        var y = Tensor.Raw("widen", [x], new Shape(2), static c =>
        {
            for (int i = 0; i < 2; i++) c.OutputOf<int>()[i] = c.Input<byte>(0)[i] * 100;
        }, type: DType.I32);
        Assert.That(y.ToArray<int>(), Is.EqualTo(new[] { 700, 900 }));
    }

    [Test]
    public void A_gradient_that_would_be_lost_is_refused()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Leaf(1, 4);
        Assert.That(() => Tensor.Raw("cube", [x], x.Shape, Cube),
            Throws.InvalidOperationException.With.Message.StartsWith("cube: an input requires a gradient"));
        using (device.NoGrad()) Assert.That(Tensor.Raw("cube", [x], x.Shape, Cube).RequiresGrad, Is.False);
        // So is a backward on memory where it is differentiated in its turn; without that it runs.
        var y = Tensor.Custom("linear", [x], static f => f.Save(f.Inputs[0]) * 1,
            static g => g[0] = Tensor.Raw("linear_back", [g.Saved(0)], g.Upstream.Shape, static c => c.Output.Fill(1)));
        Assert.That(() => Autograd.Grad([y], [x], createGraph: true),
            Throws.InvalidOperationException.With.Message.StartsWith("linear_back: an input requires a gradient"));
        Near.All(Autograd.Grad([y], [x])[0].ToArray(), [1, 1, 1, 1], 0);
    }

    [Test]
    public void Memory_is_lent_for_the_call_alone()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        CpuCall? kept = null;
        Tensor.Raw("keeps", [device.Of(1)], new Shape(1), c => (kept = c).Output[0] = 1);
        Assert.That(() => kept!.Input(0), Throws.InvalidOperationException.With.Message.StartsWith("keeps: its memory"));
        Assert.That(() => kept!.For(1, 1, static (_, _) => { }), Throws.InvalidOperationException);
    }

    [Test]
    public void An_exception_in_a_loop_comes_back([Values(1, 2)] int threads)
    {
        using var device = Device.Cpu(threads);
        using var leaks = new NoLeaks(device);
        using var scope = device.Scope();
        Assert.That(() => Tensor.Raw("throws", [device.Of(8)], new Shape(8),
            static c => c.For(8, 1, static (_, _) => throw new ArithmeticException("mine"))),
            Throws.TypeOf<ArithmeticException>().With.Message.EqualTo("mine"));
    }
}
