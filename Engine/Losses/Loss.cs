using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Losses;

/// <summary>
/// Losses, by PyTorch's definitions. Regression and binary ones compare each value with a target of the same shape; those of
/// classes compare rows (…, K) with labels (…). All are composed of differentiable operations; labels get no gradient.
/// </summary>
public static class Loss
{
    /// <summary>(x − target)².</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Tensor Mse(Tensor x, Tensor target, Reduction reduction = Reduction.Mean) =>
        Reduce(Difference("Mse", x, target).Square(), reduction);

    /// <summary>|x − target|; the derivative where they are equal is 0.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Tensor L1(Tensor x, Tensor target, Reduction reduction = Reduction.Mean) =>
        Reduce(Difference("L1", x, target).Abs(), reduction);

    /// <summary>d² / 2 of d = |x − target| up to delta, beyond it delta·(d − delta / 2) (Huber 1964).</summary>
    /// <exception cref="ArgumentException">The shapes differ, or delta is not positive.</exception>
    public static Tensor Huber(Tensor x, Tensor target, float delta = 1, Reduction reduction = Reduction.Mean)
    {
        var d = Difference("Huber", x, target);
        if (!(delta > 0) || !float.IsFinite(delta))
            throw new ArgumentException($"Huber: delta {delta} must be positive and finite.");
        // With c = d clamped to ±delta both pieces are c·(d − c / 2), which grows no faster than d.
        var c = d.Clamp(-delta, delta);
        return Reduce(c * (d - c * 0.5f), reduction);
    }

    /// <summary><see cref="Huber"/> / beta: d² / (2·beta) up to beta, beyond it d − beta / 2 (Girshick 2015).</summary>
    /// <exception cref="ArgumentException">The shapes differ, or beta is not positive.</exception>
    public static Tensor SmoothL1(Tensor x, Tensor target, float beta = 1, Reduction reduction = Reduction.Mean)
    {
        var d = Difference("SmoothL1", x, target);
        if (!(beta > 0) || !float.IsFinite(beta))
            throw new ArgumentException($"SmoothL1: beta {beta} must be positive and finite.");
        var c = d.Clamp(-beta, beta);
        return Reduce(c * (d - c * 0.5f) / beta, reduction);
    }

    /// <summary>
    /// Cross-entropy of probabilities sigmoid(x) with targets in [0, 1]: (1 − t)·x + (1 + (weight − 1)·t)·softplus(−x), which is
    /// −weight·t·ln sigmoid(x) − (1 − t)·ln(1 − sigmoid(x)) without overflow and without a logarithm of 0.
    /// </summary>
    /// <param name="logits">x, of any shape.</param>
    /// <param name="target">t, of the same.</param>
    /// <param name="positiveWeight">The weight of targets of 1, such as negatives / positives; it broadcasts to x. Null:
    /// 1.</param>
    /// <param name="reduction">What becomes of the single losses.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor BinaryCrossEntropyWithLogits(Tensor logits, Tensor target, Tensor? positiveWeight = null,
        Reduction reduction = Reduction.Mean)
    {
        Same("BinaryCrossEntropyWithLogits", logits, target);
        if (positiveWeight is not null && Shape.Broadcast(positiveWeight.Shape, logits.Shape) != logits.Shape)
        {
            throw new ArgumentException($"BinaryCrossEntropyWithLogits: the weight {positiveWeight.Shape} does not broadcast to "
                + $"the logits {logits.Shape}.");
        }
        var tail = (-logits).Softplus();
        if (positiveWeight is not null) tail *= (positiveWeight - 1) * target + 1;
        return Reduce((1 - target) * logits + tail, reduction);
    }

    /// <summary>−x[label] of logarithms of probabilities.</summary>
    /// <param name="logProbabilities">(…, K), such as <see cref="Tensor.LogSoftmax"/> gives.</param>
    /// <param name="labels">I32 (…), each in [0, K); the loss of another one is NaN.</param>
    /// <param name="reduction">What becomes of the samples' losses; the mean is over samples.</param>
    /// <exception cref="ArgumentException">Shapes or types do not fit.</exception>
    public static Tensor NegativeLogLikelihood(Tensor logProbabilities, Tensor labels, Reduction reduction = Reduction.Mean)
    {
        Rows("NegativeLogLikelihood", logProbabilities, labels);
        int classes = logProbabilities.Shape[-1];
        var rows = logProbabilities.Reshape(-1, classes);
        var chosen = labels.Reshape((int)labels.Count).OneHot(classes);
        // A selection: a product would make NaN of 0·−∞. The divisor is 1, or 0 where no class is the label's.
        var losses = -(Tensor.ReluGrad(rows, chosen).Sum(-1) / chosen.Sum(-1));
        return Reduce(losses.Reshape(labels.Shape), reduction);
    }

    /// <summary>
    /// ln Σ eˣ − x[label]; smoothed, the target is 1 − ε + ε / K at the label and ε / K elsewhere (Szegedy et al. 2016,
    /// section 7).
    /// </summary>
    /// <param name="logits">(…, K).</param>
    /// <param name="labels">I32 (…), each in [0, K); another one throws on the CPU.</param>
    /// <param name="smoothing">ε, in [0, 1].</param>
    /// <param name="reduction">What becomes of the samples' losses; the mean is over samples.</param>
    /// <exception cref="ArgumentException">Shapes or types do not fit, or ε is outside [0, 1].</exception>
    public static Tensor CrossEntropy(Tensor logits, Tensor labels, float smoothing = 0, Reduction reduction = Reduction.Mean)
    {
        Rows("CrossEntropy", logits, labels);
        if (smoothing is not (>= 0 and <= 1))
            throw new ArgumentException($"CrossEntropy: the smoothing {smoothing} must lie in [0, 1].");
        var rows = logits.Reshape(-1, logits.Shape[-1]);
        var losses = rows.SoftmaxCrossEntropy(labels.Reshape((int)labels.Count));
        if (smoothing > 0)
            losses = losses * (1 - smoothing) + (rows.LogSumExp([-1]) - rows.Mean(-1)) * smoothing;
        return Reduce(losses.Reshape(labels.Shape), reduction);
    }

    static Tensor Difference(string loss, Tensor x, Tensor target)
    {
        Same(loss, x, target);
        return x - target;
    }

    /// <summary>A target that broadcasts is a mistake more often than a wish, and PyTorch only warns of it.</summary>
    static void Same(string loss, Tensor x, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(x, loss == "BinaryCrossEntropyWithLogits" ? "logits" : nameof(x));
        ArgumentNullException.ThrowIfNull(target);
        Guard.SameDevice(loss, x, target);
        Guard.Shape(loss, "the target", target, x.Shape);
    }

    static void Rows(string loss, Tensor x, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(x, loss == "CrossEntropy" ? "logits" : "logProbabilities");
        ArgumentNullException.ThrowIfNull(labels);
        Guard.F32(loss, x);
        Guard.Type(loss, labels, DType.I32);
        Guard.SameDevice(loss, x, labels);
        if (x.Shape.Rank == 0 || x.Shape[-1] == 0) throw new ArgumentException($"{loss}: x {x.Shape} has no classes.");
        bool fits = labels.Shape.Rank == x.Shape.Rank - 1;
        for (int i = 0; fits && i < labels.Shape.Rank; i++) fits = labels.Shape[i] == x.Shape[i];
        if (!fits) throw new ArgumentException($"{loss}: x {x.Shape} and labels {labels.Shape} are not (..., K) and (...).");
    }

    static Tensor Reduce(Tensor losses, Reduction reduction) => reduction switch
    {
        Reduction.Mean => losses.Mean(),
        Reduction.Sum => losses.Sum(),
        Reduction.None => losses,
        _ => throw new ArgumentException($"There is no reduction {reduction}."),
    };
}
