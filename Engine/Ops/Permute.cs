using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>Axes reordered: axis i of the result is axis order[i] of this.</summary>
    /// <exception cref="ArgumentException">The order is no permutation of the axes.</exception>
    public Tensor Permute(params ReadOnlySpan<int> order)
    {
        if (order.Length != Shape.Rank)
            throw new ArgumentException($"Permute: {order.Length} axes were given for shape {Shape}.");
        _ = Guard.Axes("Permute", Shape, order);
        var (forward, inverse) = (new int[order.Length], new int[order.Length]);
        Span<int> dims = stackalloc int[order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            forward[i] = Shape.Axis(order[i]);
            inverse[forward[i]] = i;
            dims[i] = Shape[forward[i]];
        }
        var y = Device.Result(new Shape(dims), Type);
        Backend.Permute(View, y.View, forward);
        return y.Record("Permute", [this], [], inverse, static (g, inverse) => g[0] = g.Upstream.Permute(inverse));
    }

    /// <summary>Two axes exchanged.</summary>
    /// <exception cref="ArgumentException">One of them does not exist.</exception>
    public Tensor Transpose(int first, int second)
    {
        int a = Guard.Axis("Transpose", Shape, first), b = Guard.Axis("Transpose", Shape, second);
        if (a == b) return this;
        Span<int> order = stackalloc int[Shape.Rank];
        for (int i = 0; i < order.Length; i++) order[i] = i;
        (order[a], order[b]) = (b, a);
        return Permute(order);
    }
}
