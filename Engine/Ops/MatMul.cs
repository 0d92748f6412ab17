using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// op(this)·op(other), where op transposes the last two axes if asked: (m, k)·(k, n) → (m, n), or a batch of them,
    /// (b, m, k)·(b, k, n) → (b, m, n). Both F32, or both BF16 with sums in F32.
    /// </summary>
    /// <exception cref="ArgumentException">Ranks other than 2 or 3, or dimensions that do not agree.</exception>
    public Tensor MatMul(Tensor other, bool transposeA = false, bool transposeB = false)
    {
        ArgumentNullException.ThrowIfNull(other);
        Guard.Real("MatMul", this, other);
        Guard.SameDevice("MatMul", this, other);
        Guard.SameType("MatMul", this, other);
        if (Shape.Rank != other.Shape.Rank || Shape.Rank is not (2 or 3))
            throw new ArgumentException($"MatMul: shapes {Shape} and {other.Shape} must both have rank 2, or both rank 3.");
        int m = Shape[transposeA ? -1 : -2], k = Shape[transposeA ? -2 : -1];
        int k2 = other.Shape[transposeB ? -1 : -2], n = other.Shape[transposeB ? -2 : -1];
        if (k != k2)
            throw new ArgumentException(
                $"MatMul: {Mark(this, transposeA)} has {k} columns, {Mark(other, transposeB)} has {k2} rows.");
        if (Shape.Rank == 3 && Shape[0] != other.Shape[0])
            throw new ArgumentException($"MatMul: batches differ, {Shape} and {other.Shape}.");

        var y = Device.Result(Shape.Rank == 2 ? new Shape(m, n) : new Shape(Shape[0], m, n), Type);
        Backend.MatMul(View, transposeA, other.View, transposeB, y.View, accumulate: false);
        return y.Record("MatMul", [this, other], [this, other], (transposeA, transposeB), static (g, s) =>
        {
            var (a, b, dy) = (g.Saved(0), g.Saved(1), g.Upstream);
            if (g.Needs(0)) g[0] = s.transposeA ? b.MatMul(dy, s.transposeB, true) : dy.MatMul(b, false, !s.transposeB);
            if (g.Needs(1)) g[1] = s.transposeB ? dy.MatMul(a, true, s.transposeA) : a.MatMul(dy, !s.transposeA, false);
        });
    }

    static string Mark(Tensor t, bool transposed) => transposed ? $"{t.Shape} transposed" : t.Shape.ToString();
}
