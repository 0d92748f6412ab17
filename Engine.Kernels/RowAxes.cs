namespace Ssgan.Engine.Kernels;

/// <summary>
/// Axes of rows, innermost first: sizes, and steps in two arrays. Neighbours that are one step in both are one axis.
/// </summary>
struct RowAxes
{
    /// <summary>What the first <see cref="Count"/> axes have.</summary>
    public Eight Size, X, Y;

    /// <summary>Number of axes.</summary>
    public int Count;

    /// <summary>An axis outside those before it.</summary>
    public void Add(long size, long x, long y)
    {
        int g = Count - 1;
        if (g >= 0 && x == Size[g] * X[g] && y == Size[g] * Y[g]) Size[g] *= size;
        else (Size[Count], X[Count], Y[Count++]) = (size, x, y);
    }

    /// <summary>Number of rows.</summary>
    public readonly long Rows
    {
        get
        {
            long rows = 1;
            for (int g = 0; g < Count; g++) rows *= Size[g];
            return rows;
        }
    }

    /// <summary>Where a row begins in both arrays.</summary>
    public readonly (long X, long Y) Offset(long row)
    {
        long x = 0, y = 0;
        for (int g = 0; row != 0; g++)
        {
            // Of the outermost axis nothing is left to divide.
            long at = row;
            row = g == Count - 1 ? 0 : Math.DivRem(row, Size[g], out at);
            x += at * X[g];
            y += at * Y[g];
        }
        return (x, y);
    }
}
