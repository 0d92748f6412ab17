using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>The same memory with another shape; one dimension may be −1 and is inferred.</summary>
    /// <exception cref="ArgumentException">The number of elements differs, or what is inferred is no whole number up to 2³¹ −
    /// 1.</exception>
    public Tensor Reshape(params ReadOnlySpan<int> dims)
    {
        if (dims.Length > Kernels.Shape.MaxRank)
            throw new ArgumentException($"Reshape: rank {dims.Length} is above the supported {Kernels.Shape.MaxRank}.");
        Span<int> d = stackalloc int[dims.Length];
        dims.CopyTo(d);
        int unknown = d.IndexOf(-1), other = d.LastIndexOfAnyExceptInRange(0, int.MaxValue);
        if (other >= 0 && (other != unknown || d[..other].IndexOfAnyExceptInRange(0, int.MaxValue) >= 0))
            throw new ArgumentException($"Reshape: ({string.Join(", ", dims.ToArray())}) is no shape; dimensions are not "
                + "negative, and at most one is −1.");
        if (unknown >= 0)
        {
            d[unknown] = 1;
            long known = new Shape(d).Count;
            if (known == 0 || Count % known != 0)
                throw new ArgumentException(
                    $"Reshape: {Shape} has no whole dimension to infer for ({string.Join(", ", dims.ToArray())}).");
            if (Count / known > int.MaxValue)
            {
                string wanted = string.Join(", ", dims.ToArray());
                throw new ArgumentException(
                    $"Reshape: of {Shape} the −1 in ({wanted}) would be {Count / known}, above {int.MaxValue}.");
            }
            d[unknown] = (int)(Count / known);
        }
        return Reshape(new Shape(d));
    }

    /// <summary>The same memory with another shape.</summary>
    /// <exception cref="ArgumentException">The number of elements differs.</exception>
    public Tensor Reshape(Shape shape)
    {
        if (shape == Shape) return this;
        if (shape.Count != Count)
            throw new ArgumentException($"Reshape: {Shape} has {Count} elements, {shape} has {shape.Count}.");
        return Alias(shape, null).Adopt()
            .Record("Reshape", [this], [], Shape, static (g, shape) => g[0] = g.Upstream.Reshape(shape));
    }

    /// <summary>Without an axis of extent 1.</summary>
    /// <exception cref="ArgumentException">The axis does not exist, or has another extent. (torch.squeeze leaves it.)</exception>
    public Tensor Squeeze(int axis)
    {
        int a = Guard.Axis("Squeeze", Shape, axis);
        if (Shape[a] != 1) throw new ArgumentException($"Squeeze: axis {axis} of shape {Shape} has extent {Shape[a]}, not 1.");
        Span<int> dims = stackalloc int[Shape.Rank - 1];
        for (int i = 0; i < dims.Length; i++) dims[i] = Shape[i < a ? i : i + 1];
        return Reshape(new Shape(dims));
    }

    /// <summary>Without all axes of extent 1.</summary>
    public Tensor Squeeze()
    {
        Span<int> dims = stackalloc int[Shape.Rank];
        int rank = 0;
        foreach (int d in Shape) if (d != 1) dims[rank++] = d;
        return Reshape(new Shape(dims[..rank]));
    }

    /// <summary>With a new axis of extent 1 before an axis; −1 puts it last.</summary>
    /// <exception cref="ArgumentException">There is no such place, or no axis is left.</exception>
    public Tensor Unsqueeze(int axis)
    {
        int a = axis < 0 ? axis + Shape.Rank + 1 : axis;
        if ((uint)a > (uint)Shape.Rank) throw new ArgumentException($"Unsqueeze: shape {Shape} has no place for an axis {axis}.");
        if (Shape.Rank == Kernels.Shape.MaxRank)
            throw new ArgumentException($"Unsqueeze: shape {Shape} has the largest supported rank.");
        Span<int> dims = stackalloc int[Shape.Rank + 1];
        for (int i = 0; i < dims.Length; i++) dims[i] = i == a ? 1 : Shape[i < a ? i : i - 1];
        return Reshape(new Shape(dims));
    }

    /// <summary>
    /// Converted to another element type, or this if it has it. Between floats the gradient is converted back. To an integer it
    /// rounds half to even and saturates, to Bool it is whether a value is not 0 (which NaN is not), and no gradient flows.
    /// </summary>
    public Tensor Cast(DType type)
    {
        if (type == Type) return this;
        var y = Device.Result(Shape, type).Named("Cast");
        Backend.Cast(View, y.View);
        return Type.IsFloat() && type.IsFloat() ? y.Record("Cast", [this], [], 0, static (g, _) => g[0] = g.Upstream) : y;
    }
}
