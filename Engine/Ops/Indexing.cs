using System.Runtime.CompilerServices;
using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// A part, copied: <c>x[0]</c>, <c>x[1..3, ^1]</c>, <c>x[TensorIndex.Rest, 0]</c>. A position takes its axis away, a range
    /// keeps it; axes that are not named stay whole. A range that leaves its axis is refused, not cut short as in Python.
    /// </summary>
    /// <exception cref="ArgumentException">An index leaves its axis, there are more than axes, or the rest is named
    /// twice.</exception>
    [IndexerName("Part")]
    public Tensor this[params ReadOnlySpan<TensorIndex> index]
    {
        get
        {
            int named = 0, rests = 0, added = 0;
            foreach (var i in index)
            {
                if (i.What == TensorIndex.Kind.Rest) rests++;
                else if (i.What == TensorIndex.Kind.NewAxis) added++;
                else named++;
            }
            if (named > Shape.Rank) throw new ArgumentException($"Index: {named} indices were given for shape {Shape}.");
            if (rests > 1) throw new ArgumentException("Index: the rest is named twice.");
            if (Shape.Rank + added > Kernels.Shape.MaxRank)
                throw new ArgumentException(
                    $"Index: {added} new axes of shape {Shape} make a rank above the supported {Kernels.Shape.MaxRank}.");
            Span<int> start = stackalloc int[Shape.Rank], extent = stackalloc int[Shape.Rank],
                dims = stackalloc int[Shape.Rank + added];
            Shape.CopyTo(extent);
            int axis = 0, rank = 0;
            foreach (var i in index)
            {
                if (i.What == TensorIndex.Kind.NewAxis) dims[rank++] = 1;
                else if (i.What == TensorIndex.Kind.Rest)
                    for (int end = axis + Shape.Rank - named; axis < end; axis++) dims[rank++] = Shape[axis];
                else
                {
                    (start[axis], extent[axis]) = i.On(Shape[axis])
                        ?? throw new ArgumentException($"Index: {i} leaves axis {axis} of shape {Shape}.");
                    if (i.What == TensorIndex.Kind.Range) dims[rank++] = extent[axis];
                    axis++;
                }
            }
            while (axis < Shape.Rank) dims[rank++] = Shape[axis++];
            return Box("Index", start, extent).Reshape(new Shape(dims[..rank]));
        }
    }

    /// <summary>A box of this tensor, copied; this itself where it is whole.</summary>
    Tensor Box(string name, ReadOnlySpan<int> start, ReadOnlySpan<int> extent)
    {
        var shape = new Shape(extent);
        if (shape == Shape) return this;
        var y = Device.Result(shape, Type).Named(name);
        Span<int> to = stackalloc int[shape.Rank];
        Backend.CopyBox(View, start, y.View, to, extent);
        return y.Record(name, [this], [], (Shape, start.ToArray()),
            static (g, s) => g[0] = g.Upstream.InBox(s.Shape, s.Item2, 0));
    }

    /// <summary>One value in a shape, with this tensor placed in it: for 0 the transpose of <see cref="Box"/>.</summary>
    Tensor InBox(Shape shape, ReadOnlySpan<int> start, float value)
    {
        var y = Device.Full(shape, value, Type);
        Span<int> from = stackalloc int[shape.Rank], extent = stackalloc int[shape.Rank];
        Shape.CopyTo(extent);
        Backend.CopyBox(View, from, y.View, start, extent);
        return y.Named("Pad").Record("Pad", [this], [], (Shape, start.ToArray()), static (g, s) =>
        {
            Span<int> extent = stackalloc int[s.Shape.Rank];
            s.Shape.CopyTo(extent);
            g[0] = g.Upstream.Box("Index", s.Item2, extent);
        });
    }
}
