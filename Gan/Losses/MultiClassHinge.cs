using Ssgan.Engine;

namespace Ssgan.Gan.Losses;

/// <summary>
/// Hinge loss of more than two classes (Crammer and Singer 2001, summed over the wrong classes as Weston and Watkins 1999 do).
/// Logits (N, K) and the right class of each as a row of zeros and a one (N, K), to a scalar.
/// </summary>
public static class MultiClassHinge
{
    /// <summary>Mean over images and their K − 1 wrong classes of max(0, 1 − right logit + wrong logit).</summary>
    public static Tensor Loss(Tensor logits, Tensor oneHot) => MeanOfWrong(logits, oneHot, static lag => (lag + 1).Relu());

    /// <summary>
    /// The same without a margin and without a bound: mean of wrong logit − right logit, which a network that may not move the
    /// logits themselves can always lower.
    /// </summary>
    public static Tensor Lag(Tensor logits, Tensor oneHot) => MeanOfWrong(logits, oneHot, static lag => lag);

    static Tensor MeanOfWrong(Tensor logits, Tensor oneHot, Func<Tensor, Tensor> of)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(oneHot);
        if (logits.Shape.Rank != 2 || logits.Shape != oneHot.Shape || logits.Shape[1] < 2)
            throw new ArgumentException(
                $"MultiClassHinge: logits {logits.Shape} and classes {oneHot.Shape} must both be (N, K) with K at least 2.");
        int count = logits.Shape[0], classes = logits.Shape[1];
        var right = (logits * oneHot).Sum(1).Reshape(count, 1);
        return (of(logits - right) * oneHot.Affine(-1, 1)).Sum() * (1f / (count * (classes - 1)));
    }
}
