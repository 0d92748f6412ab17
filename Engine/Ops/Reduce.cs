using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>Sum over the given axes (none: all, to a scalar).</summary>
    public Tensor Sum(params ReadOnlySpan<int> axes) => SumOver("Sum", axes, keepDims: false);

    /// <summary>Sum over the given axes; with keepDims they stay with extent 1.</summary>
    public Tensor Sum(ReadOnlySpan<int> axes, bool keepDims) => SumOver("Sum", axes, keepDims);

    /// <summary>Mean over the given axes (none: all, to a scalar).</summary>
    public Tensor Mean(params ReadOnlySpan<int> axes) => Mean(axes, keepDims: false);

    /// <summary>Mean over the given axes; with keepDims they stay with extent 1.</summary>
    public Tensor Mean(ReadOnlySpan<int> axes, bool keepDims)
    {
        if (!Type.IsFloat()) throw NotTaken("Mean", this);
        var sum = SumOver("Mean", axes, keepDims);
        // Each element is a mean of so many; there is none to divide where an axis that stays is empty.
        return sum / (sum.Count == 0 ? 1 : Count / sum.Count);
    }

    /// <summary>Largest element over the given axes (none: all); elements that tie share the gradient evenly.</summary>
    /// <exception cref="ArgumentException">One of the axes is empty: nothing has no largest element. (Sums of nothing are 0,
    /// means NaN.)</exception>
    public Tensor Max(ReadOnlySpan<int> axes = default, bool keepDims = false) => Extreme<Max>("Max", axes, keepDims);

    /// <summary>Smallest element over the given axes (none: all); elements that tie share the gradient evenly.</summary>
    /// <exception cref="ArgumentException">One of the axes is empty: nothing has no smallest element.</exception>
    public Tensor Min(ReadOnlySpan<int> axes = default, bool keepDims = false) => Extreme<Min>("Min", axes, keepDims);

    Tensor Extreme<TOp>(string name, ReadOnlySpan<int> axes, bool keepDims) where TOp : unmanaged, IReduce
    {
        var chosen = Guard.Axes(name, Shape, axes);
        for (int i = 0; i < Shape.Rank; i++)
            if (chosen[i] && Shape[i] == 0) throw new ArgumentException($"{name}: axis {i} of shape {Shape} is empty.");
        var y = ReduceTo<TOp>(name, Reduced(name, axes));
        y.Record(name, [this], [this, y], 0, static (g, _) =>
        {
            var ties = g.Saved(0).EqualMask(g.Saved(1));
            g[0] = ties * (g.Upstream / ties.SumTo(g.Upstream.Shape));
        });
        return keepDims ? y : y.Reshape(Squeezed(name, axes));
    }

    /// <summary>
    /// ln Σ eˣ over the given axes (none: all), without overflow; −∞ of nothing, the logarithm of an empty sum.
    /// </summary>
    /// <exception cref="ArgumentException">The axes have more than 2³¹ − 1 elements together.</exception>
    public Tensor LogSumExp(ReadOnlySpan<int> axes = default, bool keepDims = false)
    {
        Guard.F32("LogSumExp", this);
        var chosen = Guard.Axes("LogSumExp", Shape, axes);
        // The primitive takes rows: the chosen axes go last.
        Span<int> order = stackalloc int[Shape.Rank], dims = stackalloc int[Shape.Rank];
        int rank = 0;
        long columns = 1;
        for (int i = 0; i < order.Length; i++) if (!chosen[i]) order[rank++] = i;
        for (int i = 0, last = rank; i < order.Length; i++)
        {
            if (!chosen[i]) continue;
            order[last++] = i;
            columns *= Shape[i];
        }
        if (columns > int.MaxValue)
            throw new ArgumentException(
                $"LogSumExp: the axes of {Shape} have {columns} elements together, above {int.MaxValue}.");
        Span<int> rows = stackalloc int[rank + 1];
        for (int i = 0; i < rank; i++) rows[i] = Shape[order[i]];
        rows[rank] = (int)columns;
        var x = rank == 0 || order[rank - 1] == rank - 1 ? this : Permute(order);
        dims.Fill(1);
        rows[..rank].CopyTo(dims);
        var y = Device.Result(new Shape(dims)).Named("LogSumExp");
        Backend.LogSumExp(x.View.As(new Shape(rows)), y.View);
        y.Record("LogSumExp", [x], [x, y], 0, static (g, _) => g[0] = (g.Saved(0) - g.Saved(1)).Exp() * g.Upstream);
        return y.Reshape(keepDims ? Reduced("LogSumExp", axes) : Squeezed("LogSumExp", axes));
    }

    /// <summary>I32 index of the first maximum along an axis; the axis goes. A NaN counts as the maximum.</summary>
    /// <exception cref="ArgumentException">The axis is empty, or there is none.</exception>
    public Tensor ArgMax(int axis = -1)
    {
        Guard.F32("ArgMax", this);
        if (Shape.Rank == 0) throw new ArgumentException("ArgMax: a scalar has no axis.");
        int a = Guard.Axis("ArgMax", Shape, axis);
        if (Shape[a] == 0) throw new ArgumentException($"ArgMax: axis {axis} of shape {Shape} is empty.");
        Span<int> order = stackalloc int[Shape.Rank];
        for (int i = 0, k = 0; i < Shape.Rank; i++) if (i != a) order[k++] = i;
        order[^1] = a;
        var x = a == Shape.Rank - 1 ? this : Detach().Permute(order);
        Span<int> dims = stackalloc int[x.Shape.Rank];
        x.Shape.CopyTo(dims);
        var y = Device.Result(new Shape(dims[..^1]), DType.I32).Named("ArgMax");
        Backend.ArgMax(x.View, y.View);
        return y;
    }

    /// <summary>I32 index of the first minimum along an axis; the axis goes. A NaN counts as the minimum.</summary>
    /// <exception cref="ArgumentException">The axis is empty, or there is none.</exception>
    public Tensor ArgMin(int axis = -1)
    {
        Guard.F32("ArgMin", this);
        if (Shape.Rank == 0 || Shape[Guard.Axis("ArgMin", Shape, axis)] == 0)
            throw new ArgumentException($"ArgMin: shape {Shape} has no element along axis {axis}.");
        return Detach().Neg().ArgMax(axis).Named("ArgMin");
    }

    /// <summary>Σ x² over all elements, one pass; a scalar.</summary>
    public Tensor SumOfSquares() => ReduceTo<SumOfSquares>("SumOfSquares", Reduced("SumOfSquares", [])).Reshape(new Shape())
        .Record("SumOfSquares", [this], [this], 0, static (g, _) => g[0] = g.Saved(0) * g.Upstream * 2);

    /// <summary>
    /// Sum over the axes that broadcasting would stretch from <paramref name="shape"/> to this shape; sums of BF16 are F32.
    /// </summary>
    /// <exception cref="ArgumentException">The shape does not broadcast to this one.</exception>
    public Tensor SumTo(Shape shape)
    {
        if (shape == Shape) return this;
        if (Kernels.Shape.Broadcast(shape, Shape) != Shape)
            throw new ArgumentException($"SumTo: shape {shape} does not broadcast to {Shape}.");
        Span<int> dims = stackalloc int[Shape.Rank];
        dims.Fill(1);
        shape.CopyTo(dims[(Shape.Rank - shape.Rank)..]);
        var kept = new Shape(dims);
        if (kept == Shape) return Reshape(shape);
        return ReduceTo<Sum>("Sum", kept)
            .Record("Sum", [this], [], (Shape, Type), static (g, x) => g[0] = g.Upstream.BroadcastTo(x.Shape, x.Type))
            .Reshape(shape);
    }

    /// <summary>This tensor repeated along axes of extent 1 (and new leading axes) to a larger shape.</summary>
    /// <exception cref="ArgumentException">This shape does not broadcast to the given one.</exception>
    public Tensor BroadcastTo(Shape shape) => BroadcastTo(shape, Type);

    /// <summary>The same in another type: a sum's gradient goes back to BF16 without a large F32 one between.</summary>
    Tensor BroadcastTo(Shape shape, DType type)
    {
        if (shape == Shape) return Cast(type);
        if (!Type.IsExact()) Guard.Mapped("BroadcastTo", this);
        if (Kernels.Shape.Broadcast(Shape, shape) != shape)
            throw new ArgumentException($"BroadcastTo: shape {Shape} does not broadcast to {shape}.");
        // x + 0 would be 0 of −0.
        var nothing = Device.Full(new Shape(), -0f, Type.IsExact() ? Type : DType.F32);
        var y = Device.Result(shape, type);
        if (Type == DType.Bool) Backend.ArithmeticExact(ArithmeticOp.Or, View, nothing.View, y.View);
        else if (Type.IsExact()) Backend.ArithmeticExact(ArithmeticOp.Add, View, nothing.View, y.View);
        else Backend.Binary(new Add(), View, nothing.View, y.View);
        return y.Record("BroadcastTo", [this], [], Shape, static (g, shape) => g[0] = g.Upstream.SumTo(shape));
    }

    Tensor SumOver(string name, ReadOnlySpan<int> axes, bool keepDims)
    {
        if (!Type.IsExact()) Guard.Mapped(name, this);
        var y = SumTo(Reduced(name, axes));
        return keepDims ? y : y.Reshape(Squeezed(name, axes));
    }

    Tensor ReduceTo<TOp>(string name, Shape shape) where TOp : unmanaged, IReduce
    {
        if (Type.IsExact()) return ReduceExact<TOp>(name, shape);
        Guard.Mapped(name, this);
        var (x, kept) = WithReducedLast(shape);
        var y = Device.Result(shape).Named(name);
        Backend.Reduce<TOp>(x.View, y.View.As(kept));
        return y;
    }

    /// <summary>A sum or an extreme in the type that is stored; sums of integers are I64.</summary>
    Tensor ReduceExact<TOp>(string name, Shape shape) where TOp : unmanaged, IReduce
    {
        ReduceOp op = typeof(TOp) == typeof(Sum) ? ReduceOp.Sum
            : typeof(TOp) == typeof(Max) ? ReduceOp.Maximum
            : typeof(TOp) == typeof(Min) ? ReduceOp.Minimum
            : typeof(TOp) == typeof(Product) ? ReduceOp.Product : throw NotTaken(name, this);
        return ReduceExact(name, op, shape);
    }

    internal Tensor ReduceExact(string name, ReduceOp op, Shape shape)
    {
        bool grows = op is ReduceOp.Sum or ReduceOp.Product && Type != DType.F64;
        var (x, kept) = (grows ? Cast(DType.I64) : this).WithReducedLast(shape);
        if (Count == 0) return Device.Full(shape, op == ReduceOp.Product ? 1 : 0, x.Type).Named(name);
        var y = Device.Result(shape, x.Type).Named(name);
        x.Backend.ReduceExact(op, x.View, y.View.As(kept));
        return y;
    }

    /// <summary>
    /// This and the shape that it is reduced to; or, where kept and reduced axes alternate more than four times, a copy with the
    /// reduced ones last, because a device walks four groups.
    /// </summary>
    (Tensor X, Shape Kept) WithReducedLast(Shape kept)
    {
        int groups = 0;
        bool reduced = false;
        for (int i = 0; i < Shape.Rank; i++)
        {
            if (Shape[i] == 1 || groups > 0 && reduced == (kept[i] == 1)) continue;
            (reduced, groups) = (kept[i] == 1, groups + 1);
        }
        if (groups <= 4) return (this, kept);
        int[] order = [.. Enumerable.Range(0, Shape.Rank).OrderBy(i => kept[i] == 1)];
        return (Detach().Permute(order), new Shape([.. order.Select(i => kept[i])]));
    }

    Shape Reduced(string name, ReadOnlySpan<int> axes)
    {
        var chosen = Guard.Axes(name, Shape, axes);
        Span<int> dims = stackalloc int[Shape.Rank];
        for (int i = 0; i < dims.Length; i++) dims[i] = chosen[i] ? 1 : Shape[i];
        return new Shape(dims);
    }

    Shape Squeezed(string name, ReadOnlySpan<int> axes)
    {
        var chosen = Guard.Axes(name, Shape, axes);
        Span<int> dims = stackalloc int[Shape.Rank];
        int rank = 0;
        for (int i = 0; i < chosen.Length; i++) if (!chosen[i]) dims[rank++] = Shape[i];
        return new Shape(dims[..rank]);
    }
}
