namespace Ssgan.Engine.Kernels.Cpu;

/// <summary>
/// How two operands stretch to an output: its axes merged into groups over which each operand either walks its memory in order
/// or stands still. Group 0 is the innermost; a group's step is 0 where the operand stands still.
/// </summary>
readonly struct BroadcastPlan
{
    const int BlockElements = ElementwiseLoops.BlockElements;
    readonly int _groups;
    readonly long _size1, _size2;
    readonly long _a1, _a2, _a3, _b1, _b2, _b3;

    public BroadcastPlan(Shape a, Shape b, Shape y)
    {
        Shape a4 = a.To4D(), b4 = b.To4D(), y4 = y.To4D();
        Span<long> size = [1, 1, 1, 1], aStep = [0, 0, 0, 0], bStep = [0, 0, 0, 0];
        long aCount = 1, bCount = 1;
        int groups = 0;
        for (int axis = 3; axis >= 0; axis--)
        {
            int d = y4[axis];
            if (d == 1) continue;
            long aNext = a4[axis] == 1 ? 0 : aCount, bNext = b4[axis] == 1 ? 0 : bCount;
            aCount *= a4[axis];
            bCount *= b4[axis];
            int g = groups - 1;
            if (g >= 0 && aNext == aStep[g] * size[g] && bNext == bStep[g] * size[g]) size[g] *= d;
            else (size[groups], aStep[groups], bStep[groups++]) = (d, aNext, bNext);
        }
        _groups = groups;
        (Columns, _size1, _size2) = (size[0], size[1], size[2]);
        (AStep, _a1, _a2, _a3) = (aStep[0], aStep[1], aStep[2], aStep[3]);
        (BStep, _b1, _b2, _b3) = (bStep[0], bStep[1], bStep[2], bStep[3]);
        Rows = y.Count / Columns;
        PiecesPerRow = (Columns + BlockElements - 1) / BlockElements;
        PiecesPerBlock = (int)Math.Max(1, BlockElements / Columns);
        Blocks = checked((int)((Rows * PiecesPerRow + PiecesPerBlock - 1) / PiecesPerBlock));
    }

    /// <summary>Elements of the innermost group, and how many such rows there are.</summary>
    public long Columns { get; }
    public long Rows { get; }

    /// <summary>Steps of the operands along a row: 0 or 1.</summary>
    public long AStep { get; }
    public long BStep { get; }

    /// <summary>Long rows are cut into pieces, and short ones gathered into blocks of pieces.</summary>
    public long PiecesPerRow { get; }
    public int PiecesPerBlock { get; }
    public int Blocks { get; }

    /// <summary>Whether one operand is whole and the other a vector along the rows; left: the first is the vector.</summary>
    public bool IsRowVector(out long columns, out bool left)
    {
        columns = Columns;
        left = _a1 == 0;
        return _groups == 2 && AStep == 1 && BStep == 1 && (left ? _b1 : _a1) == Columns && (left || _b1 == 0);
    }

    /// <summary>Where a row begins in each operand.</summary>
    public void Offsets(long row, out long a, out long b)
    {
        if (_groups == 2)
        {
            (a, b) = (row * _a1, row * _b1);
            return;
        }
        long q = Math.DivRem(row, _size1, out long i1);
        long i3 = Math.DivRem(q, _size2, out long i2);
        a = i1 * _a1 + i2 * _a2 + i3 * _a3;
        b = i1 * _b1 + i2 * _b2 + i3 * _b3;
    }
}
