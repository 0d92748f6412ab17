using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>With so many elements of one value before and after each axis, the outermost first.</summary>
    /// <exception cref="ArgumentException">There is not one pair for each axis, or a number is negative.</exception>
    public Tensor Pad(float value, params ReadOnlySpan<(int Before, int After)> amounts)
    {
        var shape = Padded("Pad", amounts);
        if (shape == Shape) return this;
        Span<int> start = stackalloc int[amounts.Length];
        for (int i = 0; i < start.Length; i++) start[i] = amounts[i].Before;
        return InBox(shape, start, value);
    }

    /// <summary>
    /// The same with what lies mirrored at the first and the last element, which are not repeated: of (a, b, c) with two before
    /// (c, b, a, b, c).
    /// </summary>
    /// <exception cref="ArgumentException">There is not one pair for each axis, a number is negative, or not below the
    /// axis.</exception>
    public Tensor PadReflect(params ReadOnlySpan<(int Before, int After)> amounts)
    {
        _ = Padded("PadReflect", amounts);
        for (int i = 0; i < amounts.Length; i++)
        {
            if (Math.Max(amounts[i].Before, amounts[i].After) >= Math.Max(1, Shape[i]))
                throw new ArgumentException($"PadReflect: ({amounts[i].Before}, {amounts[i].After}) is not below axis {i} of "
                    + $"shape {Shape}.");
        }
        var y = this;
        for (int i = 0; i < amounts.Length; i++)
        {
            var (before, after) = amounts[i];
            y = y.Between(i, before == 0 ? null : y.Slice(i, 1, before).Flip(i),
                after == 0 ? null : y.Slice(i, y.Shape[i] - 1 - after, after).Flip(i));
        }
        return y;
    }

    /// <summary>The same with the first and the last element repeated.</summary>
    /// <exception cref="ArgumentException">There is not one pair for each axis, a number is negative, or an axis to be padded
    /// empty.</exception>
    public Tensor PadReplicate(params ReadOnlySpan<(int Before, int After)> amounts)
    {
        _ = Padded("PadReplicate", amounts);
        for (int i = 0; i < amounts.Length; i++)
        {
            if (Shape[i] == 0 && amounts[i] != default)
                throw new ArgumentException($"PadReplicate: axis {i} of shape {Shape} is empty.");
        }
        var y = this;
        for (int i = 0; i < amounts.Length; i++)
        {
            var (before, after) = amounts[i];
            y = y.Between(i, before == 0 ? null : y.Slice(i, 0, 1).RepeatInterleave(i, before),
                after == 0 ? null : y.Slice(i, y.Shape[i] - 1, 1).RepeatInterleave(i, after));
        }
        return y;
    }

    Tensor Between(int axis, Tensor? before, Tensor? after)
    {
        if (before is null && after is null) return this;
        return Concat([.. new[] { before, this, after }.OfType<Tensor>()], axis);
    }

    Shape Padded(string name, ReadOnlySpan<(int Before, int After)> amounts)
    {
        if (amounts.Length != Shape.Rank)
            throw new ArgumentException($"{name}: {amounts.Length} pairs were given for shape {Shape}; one an axis is needed.");
        Span<int> dims = stackalloc int[amounts.Length];
        for (int i = 0; i < dims.Length; i++)
        {
            var (before, after) = amounts[i];
            long length = (long)Shape[i] + before + after;
            if (before < 0 || after < 0 || length > int.MaxValue)
                throw new ArgumentException($"{name}: ({before}, {after}) does not pad axis {i} of shape {Shape}.");
            dims[i] = (int)length;
        }
        return new Shape(dims);
    }
}
