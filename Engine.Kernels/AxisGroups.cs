namespace Ssgan.Engine.Kernels;

/// <summary>Axes that can be walked as one merge, so that loops and kernels see as few as there are; for both backends.</summary>
static class AxisGroups
{
    /// <summary>Neighbouring axes of one fate merge; what remains alternates between kept and reduced axes.</summary>
    /// <param name="x">From this shape.</param>
    /// <param name="y">To this shape, which has 1 where an axis is reduced.</param>
    /// <param name="size">Nine ones; the groups' sizes, innermost first, are written over them.</param>
    /// <param name="groups">How many there are; <see cref="Backend.Reduce"/> is given four at most.</param>
    /// <returns>Whether the innermost group is reduced.</returns>
    public static bool OfReduction(Shape x, Shape y, Span<long> size, out int groups)
    {
        groups = 0;
        bool innerReduced = true, reduced = false;
        for (int axis = 0; axis < x.Rank; axis++)
        {
            int d = x.FromEnd(axis);
            if (d == 1) continue;
            bool now = y.FromEnd(axis) == 1;
            if (groups == 0) innerReduced = now;
            else if (now == reduced) size[groups - 1] *= d;
            if (groups == 0 || now != reduced) size[groups++] = d;
            reduced = now;
        }
        return innerReduced;
    }

    /// <summary>The same as an inner and an outer group of each fate, with their steps in x.</summary>
    public static (long Kept, long KeptStep, long KeptOuter, long Reduced, long ReducedStep, long ReducedOuter, long Elements)
        OfExactReduction(Shape x, Shape y)
    {
        Span<long> size = [1, 1, 1, 1, 1, 1, 1, 1, 1];
        bool inner = OfReduction(x, y, size, out _);
        long s1 = size[0], s2 = s1 * size[1], s3 = s2 * size[2];
        return inner ? (size[1], s1, s3, size[0], 1, s2, size[0] * size[2])
            : (size[0], 1, s2, size[1], s1, s3, size[1] * size[3]);
    }

    /// <summary>Axes of y that lie together in x merge.</summary>
    /// <param name="x">The shape that is permuted.</param>
    /// <param name="y">The result's.</param>
    /// <param name="order">y's axis i is x's axis order[i].</param>
    /// <param name="size">Eight ones; the groups' sizes in y, innermost first, are written over them.</param>
    /// <param name="step">Eight ones; over them the distance in x between neighbours of each group.</param>
    /// <returns>The number of groups.</returns>
    public static int OfPermutation(Shape x, Shape y, ReadOnlySpan<int> order, Span<long> size, Span<long> step)
    {
        int groups = 0;
        for (int i = y.Rank - 1; i >= 0; i--)
        {
            int d = y[i];
            if (d == 1) continue;
            long s = 1;
            for (int j = order[i] + 1; j < x.Rank; j++) s *= x[j];
            int g = groups - 1;
            if (g >= 0 && s == size[g] * step[g]) size[g] *= d;
            else (size[groups], step[groups++]) = (d, s);
        }
        return groups;
    }

    /// <summary>
    /// A box of two arrays as rows: axes that it covers whole in both join the contiguous run, and of those outside neighbours
    /// merge that are walked in one step in both.
    /// </summary>
    /// <returns>Elements of a row, and where the first lies in each array; rows are none where an extent is 0.</returns>
    public static (long Run, long X, long Y) OfBox(Shape x, ReadOnlySpan<int> xStart, Shape y, ReadOnlySpan<int> yStart,
        ReadOnlySpan<int> extent, out RowAxes rows)
    {
        rows = default;
        long run = 1, xFrom = 0, yFrom = 0, xCount = 1, yCount = 1;
        for (int i = extent.Length - 1; i >= 0; i--)
        {
            (xFrom, yFrom) = (xFrom + xStart[i] * xCount, yFrom + yStart[i] * yCount);
            if (run == xCount && run == yCount) run *= extent[i];
            else if (extent[i] != 1) rows.Add(extent[i], xCount, yCount);
            xCount *= x[i];
            yCount *= y[i];
        }
        return (run, xFrom, yFrom);
    }

    /// <summary>How far one of the launches along the groups beyond the inner four is from the first.</summary>
    public static long Outer(long number, ReadOnlySpan<long> size, ReadOnlySpan<long> step)
    {
        long at = 0;
        for (int g = 4; g < size.Length && number > 0; g++)
        {
            number = Math.DivRem(number, size[g], out long i);
            at += i * step[g];
        }
        return at;
    }
}
