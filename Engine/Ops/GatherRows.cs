using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>The rows of this table (M, …) at I32 indices (N): (N, …). An embedding's lookup.</summary>
    /// <exception cref="ArgumentException">The indices are not I32 of rank 1.</exception>
    public Tensor GatherRows(Tensor indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        Guard.Type("GatherRows", indices, DType.I32);
        Guard.Rank("GatherRows", "indices", indices, 1);
        Guard.SameDevice("GatherRows", this, indices);
        if (Shape.Rank == 0) throw new ArgumentException("GatherRows: a scalar has no rows.");
        var y = Device.Result(Shape.With(0, indices.Shape[0]), Type);
        Backend.GatherRows(View, indices.View, y.View);
        return y.Record("GatherRows", [this], [indices], Shape,
            static (g, shape) => g[0] = g.Upstream.ScatterAddRows(g.Saved(0), shape));
    }

    /// <summary>Zeros of a shape (M, …) with this tensor's rows (N, …) added at the indices (N).</summary>
    Tensor ScatterAddRows(Tensor indices, Shape shape)
    {
        var y = Device.Zeros(shape);
        Backend.ScatterAddRows(View, indices.View, y.View);
        return y.Record("ScatterAddRows", [this], [indices], 0, static (g, _) => g[0] = g.Upstream.GatherRows(g.Saved(0)));
    }
}
