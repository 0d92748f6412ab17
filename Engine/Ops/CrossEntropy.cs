using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>Losses (N) of logits (N, K): logsumexp(logits[i]) − logits[i, labels[i]].</summary>
    /// <param name="labels">I32 (N), each in [0, K).</param>
    /// <exception cref="ArgumentException">Shapes or types do not fit.</exception>
    public Tensor SoftmaxCrossEntropy(Tensor labels)
    {
        CheckCrossEntropy(labels);
        return CrossEntropy(labels, null);
    }

    /// <summary>
    /// The same, and in <paramref name="correct"/> (N) 1 where the first largest logit is the label's, else 0; no gradient flows through it.
    /// </summary>
    public Tensor SoftmaxCrossEntropy(Tensor labels, out Tensor correct)
    {
        CheckCrossEntropy(labels);
        correct = Device.Result(new Shape(Shape[0])).Named("Correct");
        return CrossEntropy(labels, correct);
    }

    void CheckCrossEntropy(Tensor labels)
    {
        Guard.F32("SoftmaxCrossEntropy", this);
        Guard.Rank("SoftmaxCrossEntropy", "logits", this, 2);
        Guard.SameDevice("SoftmaxCrossEntropy", this, labels);
        Guard.Type("SoftmaxCrossEntropy", labels, DType.I32);
        Guard.Shape("SoftmaxCrossEntropy", "labels", labels, new Shape(Shape[0]));
    }

    Tensor CrossEntropy(Tensor labels, Tensor? correct)
    {
        var losses = Device.Result(new Shape(Shape[0]));
        Backend.SoftmaxCrossEntropy(View, labels.View, losses.View, correct?.View ?? default);
        return losses.Record("SoftmaxCrossEntropy", [this], [this, labels], 0, static (g, _) =>
        {
            var (logits, labels, dy) = (g.Saved(0), g.Saved(1), g.Upstream);
            if (!dy.Device.GradEnabled)
            {
                var dx = dy.Device.Result(logits.Shape);
                dy.Backend.SoftmaxCrossEntropyBackward(logits.View, labels.View, dy.View, dx.View);
                g[0] = dx;
                return;
            }
            // The same in differentiable operations, for second derivatives.
            var softmax = (logits - logits.LogSumExp([-1], keepDims: true)).Exp();
            g[0] = (softmax - OneHot(labels, logits.Shape[1])) * dy.Reshape(-1, 1);
        });
    }

    static Tensor OneHot(Tensor labels, int classes)
    {
        var identity = new float[classes * classes];
        for (int i = 0; i < classes; i++) identity[i * (classes + 1)] = 1;
        return labels.Device.From(identity, new Shape(classes, classes)).GatherRows(labels);
    }
}
