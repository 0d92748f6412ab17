using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// The whole repeated along its axes, so many times each: one number an axis, the last of them for the last axis; more make
    /// new leading axes. torch.tile.
    /// </summary>
    /// <exception cref="ArgumentException">A number is negative, or the rank above what is supported.</exception>
    public Tensor Tile(params ReadOnlySpan<int> times)
    {
        int rank = Math.Max(Shape.Rank, times.Length);
        if (rank > Kernels.Shape.MaxRank)
            throw new ArgumentException($"Tile: rank {rank} is above the supported {Kernels.Shape.MaxRank}.");
        Span<int> dims = stackalloc int[rank];
        dims.Fill(1);
        Shape.CopyTo(dims[(rank - Shape.Rank)..]);
        var y = Reshape(new Shape(dims));
        // From the inside: what is repeated is short rows at first.
        for (int i = times.Length - 1; i >= 0; i--) y = y.Repeated("Tile", rank - times.Length + i, times[i], each: false);
        return y;
    }

    /// <summary>Each element along an axis so many times in a row. torch.repeat_interleave.</summary>
    /// <exception cref="ArgumentException">The axis does not exist, or the number is negative.</exception>
    public Tensor RepeatInterleave(int axis, int times) =>
        Repeated("RepeatInterleave", Guard.Axis("RepeatInterleave", Shape, axis), times, each: true);

    /// <summary>An axis repeated as a whole or each of its elements: a new axis of the number before it or behind it.</summary>
    Tensor Repeated(string name, int axis, int times, bool each)
    {
        if (times < 0) throw new ArgumentException($"{name}: {times} is no number of times.");
        if (times == 1) return this;
        long length = Shape[axis] * (long)times;
        if (length > int.MaxValue)
            throw new ArgumentException(
                $"{name}: axis {axis} of shape {Shape} would have {length} elements, above {int.MaxValue}.");
        var shape = Shape.With(axis, (int)length);
        if (shape.Count == 0 || Count == 0) return Slice(axis, 0, 0).InBox(shape, stackalloc int[shape.Rank], 0);
        var lines = (Outer: 1L, Inner: 1L);
        for (int i = 0; i < Shape.Rank; i++)
        {
            if (i < axis || i == axis && each) lines.Outer *= Shape[i];
            else lines.Inner *= Shape[i];
        }
        if (lines.Outer > int.MaxValue || lines.Inner > int.MaxValue)
            throw new ArgumentException($"{name}: {Shape} has more than {int.MaxValue} elements before or behind axis {axis}.");
        int outer = (int)lines.Outer, inner = (int)lines.Inner;
        return Reshape(new Shape(outer, 1, inner)).BroadcastTo(new Shape(outer, times, inner)).Reshape(shape);
    }
}
