using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class ReduceTests
{
    static readonly int[][] AxisSets = [[], [0], [1], [-1], [0, 2], [1, 2], [0, 1, 2]];

    public static OpCase[] Cases { get; } =
    [
        new("Reduce", "min along an axis", [[2, 3, 4]], t => t[0].Min([1])) { Fills = [Fill.Distinct] },
        .. AxisSets.SelectMany(axes => new[]
        {
            Over("sum", axes, (x, keep) => x.Sum(axes, keep)),
            Over("mean", axes, (x, keep) => x.Mean(axes, keep)),
            Over("max", axes, (x, keep) => x.Max(axes, keep)) with { Fills = [Fill.Distinct] },
            Over("log-sum-exp", axes, (x, keep) => x.LogSumExp(axes, keep)),
        }),
        new("Reduce", "sum without keeping", [[2, 3, 4]], t => t[0].Sum(1)),
        new("Reduce", "mean without keeping", [[2, 3, 4]], t => t[0].Mean(0, -1)),
        new("Reduce", "max without keeping", [[2, 3, 4]], t => t[0].Max([1])) { Fills = [Fill.Distinct] },
        new("Reduce", "log-sum-exp without keeping", [[2, 3, 4]], t => t[0].LogSumExp([-1])),
        new("Reduce", "sum over extent 1", [[3, 1]], t => t[0].Sum(1)),
        new("Reduce", "sum of a scalar", [[]], t => t[0].Sum() * t[0]),
        new("Reduce", "sum of squares", [[3, 5]], t => t[0].SumOfSquares()),
        new("Reduce", "sum of squares of a scalar", [[]], t => t[0].SumOfSquares()),
        new("Reduce", "sum to a row", [[2, 3, 4]], t => t[0].SumTo(new Shape(4))),
        new("Reduce", "sum to a column", [[3, 4]], t => t[0].SumTo(new Shape(3, 1))),
        new("Reduce", "sum to a scalar", [[3, 4]], t => t[0].SumTo(new Shape())),
        new("Reduce", "sum of leading extent 1", [[1, 4]], t => t[0].SumTo(new Shape(4))),
        new("Reduce", "broadcast a row", [[4]], t => t[0].BroadcastTo(new Shape(2, 3, 4))),
        new("Reduce", "broadcast a column", [[3, 1]], t => t[0].BroadcastTo(new Shape(3, 5))),
        new("Reduce", "broadcast a scalar", [[]], t => t[0].BroadcastTo(new Shape(2, 2))),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("min over nothing", d => d.Of(0).Min(), "Min", "axis 0", "empty"),
        new("arg min over nothing", d => d.Of(2, 0).ArgMin(), "ArgMin", "(2, 0)"),
        new("sum over no such axis", d => d.Of(2, 3).Sum(2), "Sum", "axis 2", "(2, 3)"),
        new("mean over no such axis", d => d.Of(2, 3).Mean(-3), "Mean", "axis -3", "(2, 3)"),
        new("max over an axis twice", d => d.Of(2, 3).Max([1, -1]), "Max", "axis -1", "twice"),
        new("log-sum-exp over no such axis", d => d.Of(2, 3).LogSumExp([5]), "LogSumExp", "axis 5"),
        new("log-sum-exp of integers", d => d.Ints(2, 3).LogSumExp(), "LogSumExp", "I32"),
        new("mean of integers", d => d.Ints(2, 3).Mean(), "Mean", "I32"),
        new("arg max of a scalar", d => d.Of().ArgMax(), "ArgMax", "scalar"),
        new("arg max over no such axis", d => d.Of(2).ArgMax(1), "ArgMax", "1", "(2)"),
        new("max over nothing", d => d.Of(0).Max(), "Max", "axis 0", "(0)", "empty"),
        new("max over an empty axis", d => d.Of(2, 0, 3).Max([-2]), "Max", "axis 1", "(2, 0, 3)", "empty"),
        new("max over an empty axis of nothing", d => d.Of(0, 0).Max([1], keepDims: true), "Max", "axis 1", "empty"),
        new("arg max over nothing", d => d.Of(2, 0).ArgMax(), "ArgMax", "empty"),
        new("arg max of integers", d => d.Ints(2).ArgMax(), "ArgMax", "I32"),
        new("sum of squares of integers", d => d.Ints(2).SumOfSquares(), "SumOfSquares", "I32"),
        new("sum to a larger shape", d => d.Of(3).SumTo(new Shape(2, 3)), "SumTo", "(2, 3)", "(3)"),
        new("broadcast to a smaller shape", d => d.Of(2, 3).BroadcastTo(new Shape(3)), "BroadcastTo", "(2, 3)", "(3)"),
    ];

    static OpCase Over(string name, int[] axes, Func<Tensor, bool, Tensor> run) =>
        new("Reduce", $"{name} over [{string.Join(", ", axes)}], kept", [[2, 3, 4]], t => run(t[0], true));

    [Test]
    public void Sums_means_maxima_and_log_sums_follow_the_formulas([Values(0, 1, 2)] int axis, [Values] bool keep)
    {
        int[] dims = [3, 5, 2];
        float[] x = Make.Numbers(30, 7);
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var t = device.Values(dims, x);
        int inner = dims.Skip(axis + 1).Aggregate(1, (a, b) => a * b), extent = dims[axis], outer = 30 / inner / extent;
        var lines = (from o in Enumerable.Range(0, outer) from i in Enumerable.Range(0, inner)
                     select Enumerable.Range(0, extent).Select(k => (double)x[(o * extent + k) * inner + i]).ToArray()).ToArray();
        Near.All(t.Sum([axis], keep).ToArray(), [.. lines.Select(l => l.Sum())]);
        Near.All(t.Mean([axis], keep).ToArray(), [.. lines.Select(l => l.Average())]);
        Near.All(t.Max([axis], keep).ToArray(), [.. lines.Select(l => l.Max())]);
        Near.All(t.LogSumExp([axis], keep).ToArray(), [.. lines.Select(l => Math.Log(l.Sum(Math.Exp)))]);
        int[] index = t.ArgMax(axis).ToArray<int>();
        Assert.That(index, Is.EqualTo(lines.Select(l => Array.IndexOf(l, l.Max()))));
        int[] left = keep ? [.. dims.Select((d, i) => i == axis ? 1 : d)] : [.. dims.Where((_, i) => i != axis)];
        Assert.That(t.Sum([axis], keep).Shape, Is.EqualTo(new Shape(left)));
        Assert.That(t.LogSumExp([axis], keep).Shape, Is.EqualTo(new Shape(left)));
    }

    [Test]
    public void Log_sum_exp_survives_infinities_and_large_numbers()
    {
        const float Inf = float.PositiveInfinity;
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Values([5, 2], -Inf, -Inf, Inf, 1, -Inf, 3, 1000, 1000, -1000, -1001);
        Near.All(x.LogSumExp([1]).ToArray(),
            [double.NegativeInfinity, double.PositiveInfinity, 3, 1000 + Math.Log(2), -1000 + Math.Log(1 + Math.Exp(-1))]);
        Near.All(x.LogSumExp([1], keepDims: true).ToArray(), x.LogSumExp([1]).ToArray().Select(v => (double)v).ToArray());
        Near.All(device.Values([2], float.NaN, 1).LogSumExp().ToArray(), [double.NaN]);
    }

    [Test]
    public void Elements_that_tie_for_the_maximum_share_evenly()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.Values([2, 3], 4, 1, 4, 2, 2, 2);
        x.RequiresGrad = true;
        var dy = device.Values([2], 6, 9);
        Near.All(Autograd.Grad([x.Max([1])], [x], [dy])[0].ToArray(), [3, 0, 3, 3, 3, 3]);
    }

    [Test]
    public void Arg_max_takes_the_first_of_equals_and_NaN_before_all()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        Assert.That(device.Values([2, 3], 1, 7, 7, 7, float.NaN, 9).ArgMax().ToArray<int>(), Is.EqualTo(new[] { 1, 1 }));
        var x = device.Leaf(1, 2, 3);
        Assert.That((x.ArgMax(0).RequiresGrad, x.ArgMax(0).Type), Is.EqualTo((false, DType.I32)));
    }

    [Test]
    public void Sum_to_and_broadcast_to_are_each_others_transpose()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        float[] small = Make.Numbers(6, 1), large = Make.Numbers(24, 2);
        var (s, l) = (device.Values([2, 1, 3], small), device.Values([2, 4, 3], large));
        Near.All(s.BroadcastTo(new Shape(2, 4, 3)).ToArray(),
            [.. Enumerable.Range(0, 24).Select(i => (double)small[i / 12 * 3 + i % 3])]);
        Near.All(l.SumTo(new Shape(2, 1, 3)).ToArray(),
            [.. Enumerable.Range(0, 6).Select(i => Enumerable.Range(0, 4).Sum(k => (double)large[i / 3 * 12 + k * 3 + i % 3]))]);
        Assert.That(GradCheck.Dot(s.BroadcastTo(new Shape(2, 4, 3)).ToArray(), large),
            Is.EqualTo(GradCheck.Dot(small, l.SumTo(new Shape(2, 1, 3)).ToArray())).Within(1e-5));
        Assert.That(s.SumTo(s.Shape), Is.SameAs(s));
        Assert.That(s.BroadcastTo(s.Shape), Is.SameAs(s));
    }
}
