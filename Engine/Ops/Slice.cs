using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>Elements [start, start + length) along an axis, copied.</summary>
    /// <exception cref="ArgumentException">The range leaves the axis.</exception>
    public Tensor Slice(int axis, int start, int length)
    {
        int a = Guard.Axis("Slice", Shape, axis);
        if (start < 0 || length < 0 || start + (long)length > Shape[a])
            throw new ArgumentException($"Slice: [{start}, {start + (long)length}) leaves axis {axis} of shape {Shape}.");
        var y = Device.Result(Shape.With(a, length), Type);
        Span<int> from = stackalloc int[Shape.Rank], to = stackalloc int[Shape.Rank], extent = stackalloc int[Shape.Rank];
        from[a] = start;
        y.Shape.CopyTo(extent);
        Backend.CopyBox(View, from, y.View, to, extent);
        return y.Record("Slice", [this], [], (Shape, a, start), static (g, s) => g[0] = g.Upstream.Embed(s.Shape, s.a, s.start));
    }

    /// <summary>Tensors joined along an axis; all other dimensions agree.</summary>
    /// <exception cref="ArgumentException">No tensors, or shapes or types differ.</exception>
    public static Tensor Concat(IReadOnlyList<Tensor> parts, int axis)
    {
        ArgumentNullException.ThrowIfNull(parts);
        Guard.Given([.. parts], nameof(parts));
        if (parts.Count == 0) throw new ArgumentException("Concat: no tensors were given.");
        var first = parts[0];
        int a = Guard.Axis("Concat", first.Shape, axis), total = 0;
        foreach (var part in parts)
        {
            if (part.Type != first.Type || part.Shape.Rank != first.Shape.Rank || part.Shape.With(a, 0) != first.Shape.With(a, 0))
                throw new ArgumentException($"Concat: {part.Describe()} does not join {first.Describe()} along axis {axis}.");
            Guard.SameDevice("Concat", first, part);
            total += part.Shape[a];
        }
        var y = first.Device.Result(first.Shape.With(a, total), first.Type);
        Span<int> from = stackalloc int[first.Shape.Rank], to = stackalloc int[first.Shape.Rank],
            extent = stackalloc int[first.Shape.Rank];
        var lengths = new int[parts.Count];
        for (int i = 0; i < lengths.Length; i++)
        {
            parts[i].Shape.CopyTo(extent);
            first.Backend.CopyBox(parts[i].View, from, y.View, to, extent);
            to[a] += lengths[i] = parts[i].Shape[a];
        }
        return y.Record("Concat", [.. parts], [], (a, lengths), static (g, s) =>
        {
            for (int i = 0, start = 0; i < s.lengths.Length; start += s.lengths[i++])
            {
                if (g.Needs(i)) g[i] = g.Upstream.Slice(s.a, start, s.lengths[i]);
            }
        });
    }

    /// <summary>
    /// Zeros of a shape with this tensor placed at a start along an axis: the transpose of <see cref="Slice"/>.
    /// </summary>
    Tensor Embed(Shape shape, int axis, int start)
    {
        var y = Device.Zeros(shape, Type);
        Span<int> from = stackalloc int[shape.Rank], to = stackalloc int[shape.Rank], extent = stackalloc int[shape.Rank];
        to[axis] = start;
        Shape.CopyTo(extent);
        Backend.CopyBox(View, from, y.View, to, extent);
        return y.Record("Embed", [this], [], (axis, start, Length: Shape[axis]),
            static (g, s) => g[0] = g.Upstream.Slice(s.axis, s.start, s.Length));
    }
}
