namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// x·Wᵀ + b of rows (N, D) with weights (K, D) and a bias (K): (N, K). Rows and weights are both F32, or both BF16 with sums
    /// and bias in F32.
    /// </summary>
    /// <exception cref="ArgumentException">Shapes do not fit.</exception>
    public Tensor Linear(Tensor w, Tensor bias)
    {
        ArgumentNullException.ThrowIfNull(w);
        ArgumentNullException.ThrowIfNull(bias);
        Guard.Real("Linear", this, w);
        Guard.F32("Linear", bias);
        Guard.SameDevice("Linear", this, w, bias);
        Guard.SameType("Linear", this, w);
        Guard.Rank("Linear", "x", this, 2);
        Guard.Rank("Linear", "w", w, 2);
        if (Shape[1] != w.Shape[1])
            throw new ArgumentException($"Linear: x {Shape} has {Shape[1]} features, w {w.Shape} expects {w.Shape[1]}.");
        Guard.Shape("Linear", "bias", bias, new(w.Shape[0]));

        var y = Device.Result(new(Shape[0], w.Shape[0]), Type);
        Backend.Linear(View, w.View, bias.View, y.View);
        return y.Record("Linear", [this, w, bias], [this, w], 0, static (g, _) =>
        {
            var (x, w, dy) = (g.Saved(0), g.Saved(1), g.Upstream);
            if (g.Needs(0)) g[0] = dy.MatMul(w);
            if (g.Needs(1)) g[1] = dy.MatMul(x, transposeA: true);
            if (g.Needs(2)) g[2] = dy.SumTo(new(w.Shape[0]));
        });
    }
}
