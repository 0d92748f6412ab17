namespace Ssgan.Engine.Kernels;

/// <summary>Axes that can be walked as one merge, so that loops and kernels see as few as there are; for both backends.</summary>
static class AxisGroups
{
    /// <summary>Neighbouring axes of one fate merge; what remains alternates between kept and reduced axes.</summary>
    /// <param name="x">From this shape.</param>
    /// <param name="y">To this shape, which has 1 where an axis is reduced.</param>
    /// <param name="size">Five ones; the groups' sizes, innermost first, are written over them.</param>
    /// <returns>Whether the innermost group is reduced.</returns>
    public static bool OfReduction(Shape x, Shape y, Span<long> size)
    {
        Shape x4 = x.To4D(), y4 = y.To4D();
        int groups = 0;
        bool innerReduced = true, reduced = false;
        for (int axis = 3; axis >= 0; axis--)
        {
            int d = x4[axis];
            if (d == 1) continue;
            bool now = y4[axis] == 1;
            if (groups == 0) innerReduced = now;
            else if (now == reduced) size[groups - 1] *= d;
            if (groups == 0 || now != reduced) size[groups++] = d;
            reduced = now;
        }
        return innerReduced;
    }

    /// <summary>Axes of y that lie together in x merge.</summary>
    /// <param name="x">The shape that is permuted.</param>
    /// <param name="y">The result's.</param>
    /// <param name="order">y's axis i is x's axis order[i].</param>
    /// <param name="size">Four ones; the groups' sizes in y, innermost first, are written over them.</param>
    /// <param name="step">Four ones; over them the distance in x between neighbours of each group.</param>
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
}
