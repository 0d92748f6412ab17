using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class SpectralNormTests
{
    public static OpCase[] Cases { get; } =
    [
        new("SpectralNorm", "a matrix", [[3, 4]], t => Apply(t[0])) { Fills = [Fill.Positive] },
        new("SpectralNorm", "filters", [[2, 2, 2, 2]], t => Apply(t[0])) { Fills = [Fill.Positive] },
        new("SpectralNorm", "one row", [[1, 3]], t => Apply(t[0])) { Fills = [Fill.Positive] },
        new("SpectralNorm", "two weights in one pass", [[2, 3], [3, 2]], t =>
        {
            var n = Tensor.SpectralNorm([With(t[0]), With(t[1])], 0);
            return n[0].MatMul(n[1]);
        }) { Fills = [Fill.Positive, Fill.Positive] },
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("a vector", d => Tensor.SpectralNorm([new(d.Of(3), d.Of(3), d.Of(1))], 1)[0], "SpectralNorm", "(3)", "matrix"),
        new("u", d => Tensor.SpectralNorm([new(d.Of(3, 4), d.Of(4), d.Of(4))], 1)[0], "SpectralNorm", "u", "(3)"),
        new("v", d => Tensor.SpectralNorm([new(d.Of(3, 2, 2), d.Of(3), d.Of(2))], 1)[0], "SpectralNorm", "v", "(4)"),
        new("negative iterations", d => Tensor.SpectralNorm([new(d.Of(3, 4), d.Of(3), d.Of(4))], -1)[0], "SpectralNorm", "-1"),
        new("integers", d => Tensor.SpectralNorm([new(d.Ints(3, 4), d.Of(3), d.Of(4))], 1)[0], "SpectralNorm", "I32"),
    ];

    static Tensor Apply(Tensor w) => Tensor.SpectralNorm([With(w)], 0)[0];

    /// <summary>
    /// Fixed singular vector estimates, so that σ is linear in w; positive, so that σ of a positive w is not small.
    /// </summary>
    static SpectralWeight With(Tensor w)
    {
        int rows = w.Shape[0], columns = (int)w.Count / rows;
        return new(w, w.Device.Values([rows], Ramp(rows)), w.Device.Values([columns], Ramp(columns)));
    }

    static float[] Ramp(int n)
    {
        double[] values = [.. Enumerable.Range(0, n).Select(i => 1.0 + i)];
        double norm = Math.Sqrt(values.Sum(v => v * v));
        return [.. values.Select(v => (float)(v / norm))];
    }

    [Test]
    public void Iterations_turn_u_and_v_towards_the_largest_singular_value()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        // Singular values 3 and 1.
        var w = device.Values([2, 3], 0, 3, 0, 1, 0, 0);
        var (u, v) = (device.Values([2], 0.6f, 0.8f), device.Values([3], 1, 0, 0));
        var n = Tensor.SpectralNorm([new(w, u, v)], 30)[0];
        Near.All(n.ToArray(), [0, 1, 0, 1 / 3.0, 0, 0]);
        Near.All(u.ToArray(), [1, 0]);
        Near.All(v.ToArray(), [0, 1, 0]);
        Assert.That(Tensor.SpectralNorm([], 1), Is.Empty);
    }

    [TestCase(false, 1)]
    [TestCase(false, 0)]
    [TestCase(true, 1)]
    [TestCase(true, 0)]
    public void A_weight_of_zeros_gives_zeros_and_no_gradient(bool onGpu, int iterations)
    {
        using var cuda = new EmulatedCuda();
        using var device = onGpu ? Device.Cuda(0, cuda) : Device.Cpu(1);
        using var scope = device.Scope();
        // One whose rows take vector accesses and one whose rows do not.
        foreach (int columns in (int[])[8, 5])
        {
            var w = device.From(new float[3 * columns], new Shape(3, columns));
            w.RequiresGrad = true;
            var (u, v) = (device.Values([3], Ramp(3)), device.Values([columns], Ramp(columns)));
            var n = Tensor.SpectralNorm([new(w, u, v)], iterations)[0];
            n.Backward(device.From(Make.Numbers(3 * columns, 5), n.Shape));
            Assert.That(n.ToArray(), Is.All.Zero);
            Assert.That(w.Grad!.ToArray(), Is.All.Zero);
            if (iterations > 0) Assert.That(u.ToArray().Concat(v.ToArray()), Is.All.Zero, "0 over epsilon");
            n = Tensor.SpectralNorm([new(w, device.Values([3], Ramp(3)), device.Values([columns], Ramp(columns)))], 0)[0];
            var gradient = Autograd.Grad([n], [w], [device.From(Make.Numbers(3 * columns, 5), n.Shape)], createGraph: true)[0];
            Assert.That(gradient.ToArray(), Is.All.Zero);
            Assert.That(Autograd.Grad([gradient.Square().Sum()], [w])[0].ToArray(), Is.All.Zero);
        }
    }

    [Test]
    public void A_later_iteration_does_not_disturb_an_earlier_gradient()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var w = device.Leaf(3, 3, 4);
        var (u, v) = (device.Values([3], Ramp(3)), device.Values([4], Ramp(4)));
        var dy = device.From(Make.Numbers(12, 5), w.Shape);
        var early = Tensor.SpectralNorm([new(w, u, v)], 1)[0];
        var (u1, v1) = (device.From(u.ToArray(), u.Shape), device.From(v.ToArray(), v.Shape));
        _ = Tensor.SpectralNorm([new(w, u, v)], 1);
        Assert.That(u.ToArray(), Is.Not.EqualTo(u1.ToArray()));
        var expected = Autograd.Grad([Tensor.SpectralNorm([new(w, u1, v1)], 0)[0]], [w], [dy])[0].ToArray();
        Near.All(Autograd.Grad([early], [w], [dy])[0].ToArray(), [.. expected.Select(x => (double)x)]);
    }
}
