using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// y[…, j, …] = this[…, indices[…, j, …], …] along an axis: the indices have the result's shape, which agrees with this but
    /// for that axis. torch.gather.
    /// </summary>
    /// <exception cref="ArgumentException">The indices are not I32 or I64, or of another shape. One that is outside of the axis
    /// throws on the CPU, and makes the launch fail on CUDA.</exception>
    public Tensor Gather(int axis, Tensor indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        int a = Guard.Axis("Gather", Shape, axis);
        CheckIndices("Gather", indices);
        if (indices.Shape.Rank != Shape.Rank || indices.Shape.With(a, Shape[a]) != Shape)
            throw new ArgumentException(
                $"Gather: indices {indices.Shape} and x {Shape} have to agree in all axes but {axis}.");
        return Take("Gather", a, indices, indices.Shape);
    }

    /// <summary>The elements at indices (J) along an axis, whose extent becomes J. torch.index_select.</summary>
    /// <exception cref="ArgumentException">The indices are not I32 or I64 of rank 1. One that is outside of the axis throws on
    /// the CPU, and makes the launch fail on CUDA.</exception>
    public Tensor IndexSelect(int axis, Tensor indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        int a = Guard.Axis("IndexSelect", Shape, axis);
        CheckIndices("IndexSelect", indices);
        Guard.Rank("IndexSelect", "indices", indices, 1);
        return Take("IndexSelect", a, indices, Shape.With(a, indices.Shape[0]));
    }

    /// <summary>The result of this shape; the indices have it, or are one list for all lines.</summary>
    Tensor Take(string name, int axis, Tensor indices, Shape shape)
    {
        var y = Device.Result(shape, Type).Named(name);
        Backend.Gather(View, indices.View, y.View, axis);
        return y.Record(name, [this], [indices], (axis, Shape), static (g, s) =>
            g[0] = g.Upstream.PutBack(s.axis, g.Saved(0), s.Shape));
    }

    /// <summary>Zeros of a shape with this tensor added at the indices: the transpose of <see cref="Take"/>.</summary>
    Tensor PutBack(int axis, Tensor indices, Shape shape)
    {
        var dy = Type == DType.F64 ? this : Cast(DType.F32);
        var y = Device.Zeros(shape, dy.Type);
        Backend.ScatterAdd(dy.View, indices.View, y.View, axis);
        return y.Record("ScatterAdd", [dy], [indices], axis, static (g, axis) =>
        {
            var indices = g.Saved(0);
            bool alike = indices.Shape.Rank == 1 && g.Upstream.Shape.Rank != 1;
            g[0] = g.Upstream.Take("Gather", axis, indices,
                alike ? g.Upstream.Shape.With(axis, indices.Shape[0]) : indices.Shape);
        });
    }

    void CheckIndices(string operation, Tensor indices)
    {
        if (indices.Type is not (DType.I32 or DType.I64))
            throw new ArgumentException($"{operation}: {indices.Describe()} has type {indices.Type}; I32 or I64 is needed.");
        Guard.SameDevice(operation, this, indices);
    }
}
