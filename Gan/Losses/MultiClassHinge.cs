using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace Ssgan.Gan.Losses;

/// <summary>
/// The multi-class hinge loss (Crammer and Singer 2001, summed over classes as Weston and Watkins 1999): the right class's score
/// must be above each other one by a margin of 1. Scores (N, K) with labels I32 (N) in [0, K), to a scalar.
/// </summary>
public static class MultiClassHinge
{
    /// <summary>The mean over rows and their K − 1 wrong classes k of max(0, 1 − s[label] + s[k]).</summary>
    /// <exception cref="ArgumentException">Shapes do not fit, there are no rows or there is no wrong class.</exception>
    public static Tensor Loss(Tensor scores, Tensor labels) => MeanOfWrong(scores, labels, static lag => (lag + 1).Relu());

    /// <summary>
    /// The same without margin and bound, the mean of s[k] − s[label]: for a generator, whose gradient must not end where the
    /// discriminator's does.
    /// </summary>
    /// <exception cref="ArgumentException">Shapes do not fit, there are no rows or there is no wrong class.</exception>
    public static Tensor Lag(Tensor scores, Tensor labels) => MeanOfWrong(scores, labels, static lag => lag);

    static Tensor MeanOfWrong(Tensor scores, Tensor labels, Func<Tensor, Tensor> of)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(labels);
        if (scores.Shape.Rank != 2 || labels.Shape != new Shape(scores.Shape[0]))
            throw new ArgumentException(
                $"MultiClassHinge: scores {scores.Shape} must be (N, K), and labels {labels.Shape} (N) with the same N.");
        int rows = scores.Shape[0], classes = scores.Shape[1];
        if (rows == 0 || classes < 2)
            throw new ArgumentException($"MultiClassHinge: scores {scores.Shape} have no row, or no wrong class.");
        var right = labels.OneHot(classes);
        var lag = scores - (scores * right).Sum([1], keepDims: true);
        return (of(lag) * right.Affine(-1, 1)).Sum() / ((float)rows * (classes - 1));
    }
}
