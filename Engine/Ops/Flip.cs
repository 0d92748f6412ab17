using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>The given axes (none: all) back to front.</summary>
    /// <exception cref="ArgumentException">An axis does not exist or is named twice.</exception>
    public Tensor Flip(params ReadOnlySpan<int> axes)
    {
        var chosen = Guard.Axes("Flip", Shape, axes);
        var y = this;
        for (int i = 0; i < chosen.Length; i++)
            if (chosen[i] && Shape[i] > 1) y = y.IndexSelect(i, Positions(Device, Shape[i], backwards: true));
        return y;
    }

    /// <summary>Elements moved along an axis to larger positions by a shift of either sign, and from its end to its
    /// front.</summary>
    /// <exception cref="ArgumentException">The axis does not exist.</exception>
    public Tensor Roll(int axis, int shift)
    {
        int a = Guard.Axis("Roll", Shape, axis), length = Shape[a];
        if (length == 0) return this;
        int by = shift % length;
        if (by < 0) by += length;
        if (by == 0) return this;
        var y = Device.Result(Shape, Type).Named("Roll");
        Span<int> start = stackalloc int[Shape.Rank], to = stackalloc int[Shape.Rank], extent = stackalloc int[Shape.Rank];
        Shape.CopyTo(extent);
        (to[a], extent[a]) = (by, length - by);
        Backend.CopyBox(View, start, y.View, to, extent);
        (start[a], to[a], extent[a]) = (length - by, 0, by);
        Backend.CopyBox(View, start, y.View, to, extent);
        return y.Record("Roll", [this], [], (a, by), static (g, s) => g[0] = g.Upstream.Roll(s.a, -s.by));
    }
}
