namespace Ssgan.Engine.Kernels.Cpu;

/// <summary>
/// <see cref="BroadcastSteps"/> as rows of the innermost group, cut into blocks of work.
/// </summary>
readonly struct BroadcastPlan
{
    const int BlockElements = ElementwiseLoops.BlockElements;
    readonly int _groups;
    readonly long _size1, _size2;
    readonly long _a1, _a2, _a3, _b1, _b2, _b3;

    public BroadcastPlan(Shape a, Shape b, Shape y)
    {
        var steps = new BroadcastSteps(a, b, y);
        _groups = steps.Groups;
        (Columns, _size1, _size2) = (steps.Size[0], steps.Size[1], steps.Size[2]);
        (AStep, _a1, _a2, _a3) = (steps.A[0], steps.A[1], steps.A[2], steps.A[3]);
        (BStep, _b1, _b2, _b3) = (steps.B[0], steps.B[1], steps.B[2], steps.B[3]);
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
