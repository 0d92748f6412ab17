using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// This tensor with source[…, j, …] added at indices[…, j, …] along an axis, in the order of j. The indices have the source's
    /// shape, which agrees with this but for that axis. torch.scatter_add, and deterministic.
    /// </summary>
    /// <exception cref="ArgumentException">The types are not both F32 or both F64, the indices not I32 or I64, or shapes
    /// disagree. An index that is outside of the axis throws on the CPU, and makes the launch fail on CUDA.</exception>
    public Tensor ScatterAdd(int axis, Tensor indices, Tensor source)
    {
        int a = CheckScatter("ScatterAdd", axis, indices, source);
        Guard.SameType("ScatterAdd", this, source);
        if (Type is not (DType.F32 or DType.F64)) throw NotTaken("ScatterAdd", this);
        var y = Copy().Named("ScatterAdd");
        Backend.ScatterAdd(source.View, indices.View, y.View, a);
        return y.Record("ScatterAdd", [this, source], [indices], a, static (g, axis) =>
        {
            g[0] = g.Upstream;
            if (g.Needs(1)) g[1] = g.Upstream.Take("Gather", axis, g.Saved(0), g.Saved(0).Shape);
        });
    }

    /// <summary>
    /// This tensor with source[…, j, …] written at indices[…, j, …] along an axis; where indices repeat the last j stays, and it
    /// alone gets a gradient. (torch.scatter leaves both undefined.) Shapes as in <see cref="ScatterAdd"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The indices are not I32 or I64, or types or shapes disagree. An index that is outside
    /// of the axis throws on the CPU, and makes the launch fail on CUDA.</exception>
    public Tensor Scatter(int axis, Tensor indices, Tensor source)
    {
        int a = CheckScatter("Scatter", axis, indices, source);
        Guard.SameType("Scatter", this, source);
        var y = Copy().Named("Scatter");
        Backend.Scatter(source.View, indices.View, y.View, a);
        return y.Record("Scatter", [this, source], [indices], a, static (g, axis) =>
        {
            var (indices, dy) = (g.Saved(0), g.Upstream);
            if (g.Needs(0)) g[0] = dy.Scatter(axis, indices, dy.Device.Zeros(indices.Shape, dy.Type));
            if (g.Needs(1)) g[1] = ReluGrad(dy.Take("Gather", axis, indices, indices.Shape), Stays(axis, indices, dy.Shape));
        });
    }

    /// <summary>1 where an element stays in a scatter into a shape, 0 where a later one takes its place.</summary>
    static Tensor Stays(int axis, Tensor indices, Shape shape)
    {
        var device = indices.Device;
        Span<int> dims = stackalloc int[shape.Rank];
        dims.Fill(1);
        dims[axis] = indices.Shape[axis];
        var rank = Positions(device, indices.Shape[axis]).Reshape(new Shape(dims)).BroadcastTo(indices.Shape);
        var kept = device.Zeros(shape, DType.I32);
        device.Backend.Scatter(rank.View, indices.View, kept.View, axis);
        return kept.Take("Gather", axis, indices, indices.Shape).EqualTo(rank).Cast(DType.F32);
    }

    int CheckScatter(string operation, int axis, Tensor indices, Tensor source)
    {
        ArgumentNullException.ThrowIfNull(indices);
        ArgumentNullException.ThrowIfNull(source);
        int a = Guard.Axis(operation, Shape, axis);
        CheckIndices(operation, indices);
        Guard.SameDevice(operation, this, source);
        Guard.Shape(operation, "source", source, indices.Shape);
        if (source.Shape.Rank != Shape.Rank || source.Shape.With(a, Shape[a]) != Shape)
            throw new ArgumentException(
                $"{operation}: source {source.Shape} and x {Shape} have to agree in all axes but {axis}.");
        return a;
    }
}
