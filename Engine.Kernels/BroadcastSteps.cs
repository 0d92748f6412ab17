using System.Runtime.CompilerServices;

namespace Ssgan.Engine.Kernels;

/// <summary>One number for each group of axes that a kernel walks, innermost first.</summary>
[InlineArray(4)]
struct Four
{
    long _first;

    /// <summary>The first four of eight.</summary>
    public static Four Of(in Eight all)
    {
        var four = default(Four);
        for (int i = 0; i < 4; i++) four[i] = all[i];
        return four;
    }
}

/// <summary>One number for each group of axes that a shape can have, innermost first.</summary>
[InlineArray(Shape.MaxRank)]
struct Eight
{
    long _first;
}

/// <summary>
/// How two operands stretch to an output: its axes merged into groups over which each operand either walks its memory in order
/// or stands still (step 0). Group 0 is the innermost; groups that an output lacks have size 1.
/// </summary>
readonly struct BroadcastSteps
{
    public readonly Eight Size, A, B;

    public BroadcastSteps(Shape a, Shape b, Shape y)
    {
        for (int i = 0; i < Shape.MaxRank; i++) Size[i] = 1;
        long aCount = 1, bCount = 1;
        for (int axis = 0; axis < y.Rank; axis++)
        {
            int d = y.FromEnd(axis);
            if (d == 1) continue;
            int aSize = a.FromEnd(axis), bSize = b.FromEnd(axis);
            long aNext = aSize == 1 ? 0 : aCount, bNext = bSize == 1 ? 0 : bCount;
            aCount *= aSize;
            bCount *= bSize;
            int g = Groups - 1;
            if (g >= 0 && aNext == A[g] * Size[g] && bNext == B[g] * Size[g]) Size[g] *= d;
            else (Size[Groups], A[Groups], B[Groups++]) = (d, aNext, bNext);
        }
    }

    /// <summary>Number of groups, 0 to 8; seldom more than four.</summary>
    public int Groups { get; }

    /// <summary>Elements of y in the inner four groups, which a kernel walks in one launch.</summary>
    public long Inner => Size[0] * Size[1] * Size[2] * Size[3];

    /// <summary>
    /// Where the operands begin in the launch of this number, which counts along the groups beyond the inner four.
    /// </summary>
    public (long A, long B) Outer(long number)
    {
        long a = 0, b = 0;
        for (int g = 4; g < Groups; g++)
        {
            number = Math.DivRem(number, Size[g], out long at);
            a += at * A[g];
            b += at * B[g];
        }
        return (a, b);
    }

    /// <summary>
    /// Whether packs of so many elements lie within rows of group 0, and begin at multiples of their width in both operands.
    /// </summary>
    public bool Fits(int width)
    {
        if (Groups > 1 && Size[0] % width != 0) return false;
        for (int g = 1; g < Groups; g++)
        {
            if ((A[0] != 0 && A[g] % width != 0) || (B[0] != 0 && B[g] % width != 0)) return false;
        }
        return true;
    }
}
