using System.Runtime.CompilerServices;

namespace Ssgan.Engine.Kernels;

/// <summary>One number for each of four groups of axes, innermost first.</summary>
[InlineArray(4)]
struct Four
{
    long _first;
}

/// <summary>
/// How two operands stretch to an output: its axes merged into groups over which each operand either walks its memory in order
/// or stands still (step 0). Group 0 is the innermost; groups that an output lacks have size 1.
/// </summary>
readonly struct BroadcastSteps
{
    public readonly Four Size, A, B;

    public BroadcastSteps(Shape a, Shape b, Shape y)
    {
        Shape a4 = a.To4D(), b4 = b.To4D(), y4 = y.To4D();
        for (int i = 0; i < 4; i++) Size[i] = 1;
        long aCount = 1, bCount = 1;
        for (int axis = 3; axis >= 0; axis--)
        {
            int d = y4[axis];
            if (d == 1) continue;
            long aNext = a4[axis] == 1 ? 0 : aCount, bNext = b4[axis] == 1 ? 0 : bCount;
            aCount *= a4[axis];
            bCount *= b4[axis];
            int g = Groups - 1;
            if (g >= 0 && aNext == A[g] * Size[g] && bNext == B[g] * Size[g]) Size[g] *= d;
            else (Size[Groups], A[Groups], B[Groups++]) = (d, aNext, bNext);
        }
    }

    /// <summary>Number of groups, 0 to 4.</summary>
    public int Groups { get; }

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
