using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>Losses (N) of logits (N, K): logsumexp(logits[i]) − logits[i, labels[i]].</summary>
    /// <param name="labels">I32 (N), each in [0, K).</param>
    /// <exception cref="ArgumentException">Shapes or types do not fit.</exception>
    public Tensor SoftmaxCrossEntropy(Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        CheckCrossEntropy(labels);
        return CrossEntropy(labels, null);
    }

    /// <summary>
    /// The same, and in <paramref name="correct"/> (N) 1 where the first largest logit is the label's, else 0; no gradient
    /// flows through it.
    /// </summary>
    public Tensor SoftmaxCrossEntropy(Tensor labels, out Tensor correct)
    {
        ArgumentNullException.ThrowIfNull(labels);
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
            g[0] = CrossEntropyGrad(g.Saved(0), g.Saved(1), g.Upstream));
    }

    /// <summary>dx = (softmax(x) − onehot(labels))·dy, for each row of x (N, K) with dy (N).</summary>
    static Tensor CrossEntropyGrad(Tensor x, Tensor labels, Tensor dy)
    {
        var dx = x.Device.Result(x.Shape);
        x.Backend.SoftmaxCrossEntropyBackward(x.View, labels.View, dy.View, dx.View);
        return dx.Record("CrossEntropyGrad", [x, dy], [x, labels, dy], 0, static (g, _) =>
        {
            // With upstream h (N, K) and p = softmax(x): d/dx = p·(t − Σ p·t) for t = h·dy, d/dy = Σ (p − onehot)·h.
            var (x, labels, dy, h) = (g.Saved(0), g.Saved(1), g.Saved(2), g.Upstream);
            if (g.Needs(0))
            {
                var p = (x - x.LogSumExp([-1], keepDims: true)).Exp();
                var t = h * dy.Reshape(-1, 1);
                g[0] = p * (t - (p * t).Sum([-1], keepDims: true));
            }
            if (g.Needs(1)) g[1] = (CrossEntropyGrad(x, labels, x.Device.Full(dy.Shape, 1)) * h).Sum(-1);
        });
    }
}
