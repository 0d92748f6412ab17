namespace Ssgan.Engine.Kernels.Cpu;

/// <summary>
/// <see cref="BroadcastSteps"/> as rows of the innermost group, cut into blocks of work.
/// </summary>
readonly struct BroadcastPlan
{
    const int BlockElements = ElementwiseLoops.BlockElements;
    readonly RowAxes _rows;

    public BroadcastPlan(Shape a, Shape b, Shape y)
    {
        var steps = new BroadcastSteps(a, b, y);
        (Columns, AStep, BStep) = (steps.Size[0], steps.A[0], steps.B[0]);
        for (int g = 1; g < steps.Groups; g++) _rows.Add(steps.Size[g], steps.A[g], steps.B[g]);
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
        long a = _rows.X[0], b = _rows.Y[0];
        left = a == 0;
        return _rows.Count == 1 && AStep == 1 && BStep == 1 && (left ? b : a) == Columns && (left || b == 0);
    }

    /// <summary>Where a row begins in each operand.</summary>
    public (long A, long B) Offsets(long row) => _rows.Offset(row);
}
