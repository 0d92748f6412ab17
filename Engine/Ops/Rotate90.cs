using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// Square images (N, S, S, C), image i turned by 90°·turns[i] counter-clockwise. Its gradient is the opposite turn. Which
    /// images turn, and with which labels, is the loss's policy, not this operation's.
    /// </summary>
    /// <param name="turns">I32 (N); any integers, taken modulo 4.</param>
    /// <exception cref="ArgumentException">The images are not square, or turns is not I32 (N).</exception>
    public Tensor Rotate90(Tensor turns)
    {
        ArgumentNullException.ThrowIfNull(turns);
        return Rotate90(turns, inverse: false);
    }

    Tensor Rotate90(Tensor turns, bool inverse)
    {
        Guard.Real("Rotate90", this);
        Guard.Rank("Rotate90", "x", this, 4);
        Guard.SameDevice("Rotate90", this, turns);
        if (Shape[1] != Shape[2])
            throw new ArgumentException($"Rotate90: images {Shape} are not square; a quarter turn would change their shape.");
        Guard.Type("Rotate90", turns, DType.I32);
        Guard.Shape("Rotate90", "turns", turns, new Shape(Shape[0]));
        var y = Device.Result(Shape, Type);
        Backend.Rotate90(View, turns.View, y.View, inverse);
        return y.Record("Rotate90", [this], [turns], inverse,
            static (g, inverse) => g[0] = g.Upstream.Rotate90(g.Saved(0), !inverse));
    }
}
