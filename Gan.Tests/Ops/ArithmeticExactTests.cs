using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class ArithmeticExactTests
{
    static OpCase InDoubles(string name, int[][] shapes, Func<Tensor[], Tensor> run) => new("ArithmeticExact", name, shapes,
        t => run([.. t.Select(static x => x.Cast(DType.F64))]).Cast(DType.F32));

    public static OpCase[] Cases { get; } =
    [
        InDoubles("sums, differences and products of doubles", [[3, 4], [4]], t => (t[0] + t[1]) * t[0] - t[1]),
        InDoubles("quotient of doubles", [[3], [2, 1]], t => t[0] / t[1]) with { Fills = [Fill.Any, Fill.OffZero] },
        InDoubles("square root of doubles", [[5]], t => t[0].Sqrt()) with { Fills = [Fill.Positive] },
        InDoubles("squares, absolutes and opposites of doubles", [[5]], t => t[0].Square() + t[0].Abs() - (-t[0])) with
            { Fills = [Fill.OffZero] },
        InDoubles("ReLU and clamp of doubles", [[6]], t => t[0].Relu() + t[0].Square().Clamp(-1, 0.7f)) with
            { Fills = [Fill.OffZero] },
        InDoubles("affine of doubles", [[5]], t => (t[0] * 3 + 1) / 7),
        InDoubles("sum and mean of doubles", [[2, 3, 4]], t => t[0].Sum(1) * t[0].Mean(1)),
        InDoubles("largest of doubles", [[3, 4]], t => t[0].Max([1])) with { Fills = [Fill.Distinct] },
        InDoubles("largest and smallest of two doubles", [[6], [6]], t => t[0].Maximum(t[1]) * t[0].Minimum(t[1])) with
            { Fills = [Fill.Distinct, Fill.DistinctOdd] },
        InDoubles("broadcast of doubles", [[3, 1]], t => t[0].BroadcastTo(new Shape(3, 4)).Square()),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("exp of doubles", d => d.Zeros(new(2), DType.F64).Exp(), "Exp", "F64", "Cast() it to F32"),
        new("integers divided", d => d.Ints(2) / d.Ints(2), "Div", "I32"),
        new("half an integer", d => d.Ints(2) * 0.5f, "Affine", "0.5", "I32"),
        new("truths added", d => d.Zeros(new(2), DType.Bool) + d.Zeros(new(2), DType.Bool), "Add", "Bool"),
        new("doubles and floats", d => d.Zeros(new(2), DType.F64) + d.Of(2), "Add", "F64", "Cast()"),
        new("two kinds of halves", d => d.Zeros(new(2), DType.F16) + d.Zeros(new(2), DType.BF16), "Add", "F16", "Cast()"),
    ];

    [Test]
    public void Integers_of_64_bits_keep_every_bit()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.From([(1L << 62) + 1, -3L], new Shape(2));
        Assert.That((x + device.From([1L, 1L], new Shape(2))).ToArray<long>(), Is.EqualTo(new[] { (1L << 62) + 2, -2 }));
        Assert.That(x.Max().ToArray<long>(), Is.EqualTo(new[] { (1L << 62) + 1 }));
        Assert.That((x * 2 - 1).ToArray<long>()[1], Is.EqualTo(-7));
    }

    [Test]
    public void Sums_of_small_integers_are_of_64_bits()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var sum = device.Full(new Shape(1000), 255, DType.U8).Sum();
        Assert.That(sum.Type, Is.EqualTo(DType.I64));
        Assert.That(sum.ToArray<long>(), Is.EqualTo(new[] { 255_000L }));
        Assert.That(device.Zeros(new Shape(0, 3), DType.I32).Sum(0).ToArray<long>(), Is.EqualTo(new long[3]));
    }

    [Test]
    public void Doubles_are_summed_as_doubles()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        Assert.That(device.From([0.1, 0.2], new Shape(2)).Sum().ToArray<double>(), Is.EqualTo(new[] { 0.1 + 0.2 }));
    }

    [Test]
    public void A_leaf_of_doubles_has_a_gradient_of_doubles()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.From([0.1, -2], new Shape(2));
        x.RequiresGrad = true;
        (x * x + x).Sum().Backward();
        Assert.That(x.Grad!.ToArray<double>(), Is.EqualTo(new[] { 1.2, -3 }).Within(1e-15));
    }

    [TestCase(DType.F16, 1024)]
    [TestCase(DType.BF16, 128)]
    public void Functors_and_sums_take_floats_of_16_bits(DType type, double steps)
    {
        using var device = Device.Cpu(2);
        using var scope = device.Scope();
        float[] values = Make.Numbers(5000, 3);
        var x = device.From(values, new Shape(50, 100)).Cast(type);
        var row = device.From(Make.Numbers(100, 4), new Shape(100));
        var y = (x.Tanh() + row) * x;
        Assert.That(y.Type, Is.EqualTo(type));
        var wide = x.Cast(DType.F32);
        float[] got = y.Cast(DType.F32).ToArray(), expected = ((wide.Tanh() + row) * wide).ToArray();
        for (int i = 0; i < got.Length; i++) Assert.That(got[i], Is.EqualTo(expected[i]).Within(8 / steps));
        Near.All(x.Sum(1).ToArray(), [.. wide.Sum(1).ToArray()], 1e-4);
    }

    [Test]
    public void Sums_over_axes_that_alternate_often_are_sums()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.From(Make.Numbers(256, 5), new Shape(2, 2, 2, 2, 2, 2, 2, 2));
        float[] sums = x.Sum(0, 2, 4, 6).ToArray();
        float[] naive = new float[16], values = x.ToArray();
        for (int i = 0; i < 256; i++) naive[(i & 1) | (i >> 1 & 2) | (i >> 2 & 4) | (i >> 3 & 8)] += values[i];
        Near.All(sums, [.. naive.Select(static v => (double)v)], 1e-5);
    }
}
