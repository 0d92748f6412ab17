using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class CrossEntropyTests
{
    public static OpCase[] Cases { get; } =
    [
        new("CrossEntropy", "four classes", [[5, 4]], t => t[0].SoftmaxCrossEntropy(Labels(t[0].Device, 0, 3, 1, 1, 2))),
        new("CrossEntropy", "one row of two", [[1, 2]], t => t[0].SoftmaxCrossEntropy(Labels(t[0].Device, 1))),
        new("CrossEntropy", "one class", [[3, 1]], t => t[0].Square().SoftmaxCrossEntropy(Labels(t[0].Device, 0, 0, 0))),
        new("CrossEntropy", "the mean of a product", [[3, 5]],
            t => (t[0] * t[0]).SoftmaxCrossEntropy(Labels(t[0].Device, 4, 0, 2)).Mean()),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("logits of rank 1", d => d.Of(4).SoftmaxCrossEntropy(d.Ints(4)), "SoftmaxCrossEntropy", "logits", "rank 2"),
        new("labels of another count", d => d.Of(3, 4).SoftmaxCrossEntropy(d.Ints(4)), "SoftmaxCrossEntropy", "labels", "(3)"),
        new("float labels", d => d.Of(3, 4).SoftmaxCrossEntropy(d.Of(3)), "SoftmaxCrossEntropy", "I32 is needed"),
        new("integer logits", d => d.Ints(3, 4).SoftmaxCrossEntropy(d.Ints(3)), "SoftmaxCrossEntropy", "F32 is needed"),
        new("a label without a class", d => d.Of(1, 4).SoftmaxCrossEntropy(Labels(d, 4)),
            "SoftmaxCrossEntropy", "labels[0] is 4"),
    ];

    static Tensor Labels(Device device, params int[] labels) => device.From(labels, new Shape(labels.Length));

    [Test]
    public void It_agrees_with_the_composition()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var x = device.From(Make.Numbers(12, 4), new Shape(3, 4)) * 40;
        var fused = x.SoftmaxCrossEntropy(Labels(device, 1, 0, 3)).ToArray();
        float[] values = x.ToArray(), total = x.LogSumExp([1]).ToArray();
        Near.All(fused, [total[0] - (double)values[1], total[1] - (double)values[4], total[2] - (double)values[11]]);
    }

    /// <summary>A table of one row a class would take 10 GB.</summary>
    [Test]
    public void Fifty_thousand_classes_have_both_derivatives()
    {
        const int Rows = 3, Classes = 50_000;
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        int[] labels = [7, 0, Classes - 1];
        float[] x = Make.Numbers(Rows * Classes, 3), r = Make.Numbers(Rows * Classes, 4), dy = [0.5f, -2, 3];
        var logits = device.From(x, new Shape(Rows, Classes));
        var upstream = device.From(dy, new Shape(Rows));
        (logits.RequiresGrad, upstream.RequiresGrad) = (true, true);
        long before = device.Pool.LiveBytes;
        var first = Autograd.Grad([logits.SoftmaxCrossEntropy(Labels(device, labels))], [logits], [upstream],
            createGraph: true)[0];
        var second = Autograd.Grad([first], [logits, upstream], [device.From(r, logits.Shape)]);
        Assert.That(device.Pool.LiveBytes - before, Is.LessThan(20L * Rows * Classes * sizeof(float)));

        var (wantFirst, wantX, wantDy) = (new double[x.Length], new double[x.Length], new double[Rows]);
        for (int i = 0; i < Rows; i++)
        {
            double[] e = [.. x[(i * Classes)..((i + 1) * Classes)].Select(static v => Math.Exp(v))];
            double total = e.Sum(), mean = 0;
            for (int k = 0; k < Classes; k++) mean += e[k] / total * r[i * Classes + k];
            for (int k = 0; k < Classes; k++)
            {
                double p = e[k] / total, open = p - (k == labels[i] ? 1 : 0);
                int at = i * Classes + k;
                wantFirst[at] = open * dy[i];
                wantX[at] = p * (r[at] - mean) * dy[i];
                wantDy[i] += open * r[at];
            }
        }
        // Probabilities are about 2e-5, so that the tolerance is relative to them.
        Near.All(first.ToArray(), wantFirst, 1e-6);
        Near.All([.. second[0].ToArray().Select(static v => v * 1e4f)], [.. wantX.Select(static v => v * 1e4)], 1e-4);
        Near.All(second[1].ToArray(), wantDy, 1e-4);
    }
}
