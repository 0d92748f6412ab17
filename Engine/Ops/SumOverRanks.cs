
namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// The sum of all ranks' tensors, the same on each. Its derivative is of the sum of what the ranks differentiate: the sum of
    /// all ranks' upstream gradients, and so of any order. All ranks call it, and its backward, in the same order.
    /// </summary>
    /// <param name="ranks">The ranks; each has a tensor of this shape.</param>
    /// <exception cref="ArgumentException">The type is not F32.</exception>
    public Tensor SumOverRanks(ICommunicator ranks)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        Guard.F32("SumOverRanks", this);
        var y = Copy().Named("SumOverRanks");
        ranks.BeginSum(y);
        ranks.FinishSums();
        return y.Record("SumOverRanks", [this], [], ranks, static (g, ranks) => g[0] = g.Upstream.SumOverRanks(ranks));
    }

    /// <summary>
    /// All ranks' tensors (n, …) as one (R·n, …), in order of rank, the same on each: a sum of what is 0 but for a rank's own
    /// part, so that it is exact, and differentiable as <see cref="SumOverRanks"/> is.
    /// </summary>
    /// <param name="ranks">The ranks; each has a tensor of this shape.</param>
    /// <exception cref="ArgumentException">The type is not F32, or the tensor a scalar.</exception>
    public Tensor GatherOverRanks(ICommunicator ranks)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        int axis = Guard.Axis("GatherOverRanks", Shape, 0), own = Shape[axis];
        return Embed(Shape.With(axis, checked(own * ranks.Size)), axis, ranks.Rank * own).SumOverRanks(ranks);
    }
}
