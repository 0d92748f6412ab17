using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class BatchNormTests
{
    public static OpCase[] Cases { get; } =
    [
        Norm("images", [2, 2, 2, 3]),
        Norm("rows", [7, 4]),
        Norm("rank 3, one channel", [3, 3, 1]),
        Norm("a large epsilon", [5, 2], epsilon: 0.5f),
        Norm("with ReLU", [2, 3, 1, 2], relu: true) with { Seed = 3 },
        Conditional("classes", [4, 2, 1, 3], 3, [2, 0, 2, 1]),
        Conditional("a class that no image has", [3, 1, 3, 2], 4, [1, 3, 1]),
        Conditional("an image a class, with ReLU", [3, 3, 1, 2], 3, [0, 1, 2], relu: true) with { Seed = 5 },
        new("BatchNorm", "evaluation with classes", [[3, 2, 1, 2], [2, 2], [2, 2], [2], [2]],
            t => t[0].BatchNormEval(t[1], t[2], t[3], t[4], t[0].Device.From([1, 0, 1], new Shape(3))))
            { Fills = [Fill.Any, Fill.Any, Fill.Any, Fill.Any, Fill.Positive], Tolerance = 5e-3 },
        new("BatchNorm", "evaluation", [[3, 2, 2, 3], [3], [3], [3], [3]], t => t[0].BatchNormEval(t[1], t[2], t[3], t[4]))
            { Fills = [Fill.Any, Fill.Any, Fill.Any, Fill.Any, Fill.Positive], Tolerance = 5e-3 },
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("one value per channel", d => Apply(d.Of(1, 1, 1, 3), 3), "BatchNorm", "(1, 1, 1, 3)", "one value per channel"),
        new("rank 1", d => Apply(d.Of(3), 3), "BatchNorm", "rank 1"),
        new("gamma", d => d.Of(4, 3).BatchNorm(d.Of(2), d.Of(3), d.Of(3), d.Of(3)), "BatchNorm", "gamma", "(3)"),
        new("beta", d => d.Of(4, 3).BatchNorm(d.Of(3), d.Of(3, 1), d.Of(3), d.Of(3)), "BatchNorm", "beta"),
        new("mean", d => d.Of(4, 3).BatchNorm(d.Of(3), d.Of(3), d.Of(4), d.Of(3)), "BatchNorm", "mean"),
        new("variance in evaluation", d => d.Of(4, 3).BatchNormEval(d.Of(3), d.Of(3), d.Of(3), d.Of(1)), "BatchNorm", "variance"),
        new("classes of rows", d => Apply(d.Of(4, 3), 3, d.Ints(4)), "BatchNorm", "x (4, 3)", "rank 4"),
        new("classes that are no indices", d => Apply(d.Of(4, 1, 1, 3), 3, d.Of(4)), "BatchNorm", "I32 is needed"),
        new("classes of another batch", d => Apply(d.Of(4, 1, 1, 3), 3, d.Ints(3)), "BatchNorm", "classes", "(4)"),
        new("gamma without classes", d => d.Of(4, 1, 1, 3).BatchNorm(d.Of(3), d.Of(3), d.Of(3), d.Of(3), d.Ints(4)), "BatchNorm",
            "gamma (3)", "rank 2"),
        new("beta of other classes", d => d.Of(4, 1, 1, 3).BatchNormEval(d.Of(2, 3), d.Of(5, 3), d.Of(3), d.Of(3), d.Ints(4)),
            "BatchNorm", "beta", "(2, 3)"),
        new("integers", d => Apply(d.Ints(4, 3), 3), "BatchNorm", "I32"),
    ];

    static OpCase Norm(string name, int[] x, float epsilon = 1e-5f, bool relu = false) =>
        new("BatchNorm", name, [x, [x[^1]], [x[^1]]],
            t => t[0].BatchNorm(t[1], t[2], t[0].Device.Of(x[^1]), t[0].Device.Of(x[^1]), epsilon, 0.1f, relu))
        {
            // The third derivative grows with 1/σ³.
            Fills = [Fill.Any, Fill.OffZero, Fill.OffZero], Tolerance = 5e-3, Step = 4e-3f,
        };

    static OpCase Conditional(string name, int[] x, int classes, int[] labels, bool relu = false) =>
        new("BatchNorm", name, [x, [classes, x[^1]], [classes, x[^1]]],
            t => t[0].BatchNorm(t[1], t[2], t[0].Device.Of(x[^1]), t[0].Device.Of(x[^1]),
                t[0].Device.From(labels, new Shape(labels.Length)), 1e-5f, 0.1f, relu))
        {
            // As above.
            Fills = [Fill.Any, Fill.OffZero, Fill.OffZero], Tolerance = 5e-3, Step = 4e-3f,
        };

    static Tensor Apply(Tensor x, int channels, Tensor classes) => x.BatchNorm(x.Device.Of(2, channels), x.Device.Of(2, channels),
        x.Device.Of(channels), x.Device.Of(channels), classes);

    static Tensor Apply(Tensor x, int channels) =>
        x.BatchNorm(x.Device.Of(channels), x.Device.Of(channels), x.Device.Of(channels), x.Device.Of(channels));

    [Test]
    public void Evaluation_follows_the_formula()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        float[] x = Make.Numbers(6, 1), gamma = [1.5f, -2, 0.3f], beta = [0.1f, 0.2f, 0],
            mean = [0.5f, -1, 2], variance = [4, 0.25f, 0];
        var y = device.Values([2, 3], x).BatchNormEval(device.Values([3], gamma), device.Values([3], beta),
            device.Values([3], mean), device.Values([3], variance), 0.01f);
        Near.All(y.ToArray(),
            [.. x.Select((v, i) => gamma[i % 3] * ((double)v - mean[i % 3]) / Math.Sqrt(variance[i % 3] + 0.01) + beta[i % 3])],
            1e-4);
    }

    [Test]
    public void The_batch_moves_the_running_statistics()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        float[] x = [1, 10, 2, 20, 6, 60];
        var (mean, variance) = (device.Values([2], 1, 2), device.Values([2], 3, 4));
        var y = device.Values([3, 2], x).BatchNorm(device.Values([2], 1, 1), device.Of(2), mean, variance, 0, 0.25f);
        // Means 3 and 30; unbiased variances 7 and 700.
        Near.All(mean.ToArray(), [0.75 * 1 + 0.25 * 3, 0.75 * 2 + 0.25 * 30]);
        Near.All(variance.ToArray(), [0.75 * 3 + 0.25 * 7, 0.75 * 4 + 0.25 * 700]);
        double s = Math.Sqrt(14.0 / 3);
        Near.All(y.ToArray(), [-2 / s, -2 / s, -1 / s, -1 / s, 3 / s, 3 / s]);
    }
}
