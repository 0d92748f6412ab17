using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    static readonly KernelFamily s_copy = new("movement", "copy"), s_copyWide = new("movement", "copy_wide");
    static readonly KernelFamily s_gather = new("movement", "gather"), s_gatherWide = new("movement", "gather_wide");
    static readonly KernelFamily s_scatterAdd = new("movement", "scatter_add");

    /// <inheritdoc/>
    public override void CopyBox(TensorView x, ReadOnlySpan<int> xStart, TensorView y,
        ReadOnlySpan<int> yStart, ReadOnlySpan<int> extent)
    {
        foreach (int e in extent) if (e == 0) return;
        SameType("CopyBox", x, y);
        var (run, xFrom, yFrom) = AxisGroups.OfBox(x.Shape, xStart, y.Shape, yStart, extent, out var rows);
        int bytes = x.Type.Size();
        CopyRows(x.Address + (nint)(xFrom * bytes), y.Address + (nint)(yFrom * bytes), run, rows, bytes);
    }

    /// <inheritdoc/>
    public override void GatherRows(TensorView table, TensorView indices, TensorView y)
    {
        if (y.Count == 0) return;
        SameType("GatherRows", table, y);
        long rowBytes = y.Bytes / y.Shape[0];
        int unit = VectorPacking.Unit(table.Address | y.Address | rowBytes);
        var args = new GatherArgs
        {
            Table = table.Address, Indices = indices.Address, Y = y.Address,
            Units = y.Bytes / unit, Run = new(rowBytes / unit), Rows = table.Shape[0],
        };
        Launch(unit == 16 ? s_gatherWide : s_gather, OfSize(unit), GridStride(args.Units), args);
    }

    /// <inheritdoc/>
    public override void ScatterAddRows(TensorView dy, TensorView indices, TensorView dtable)
    {
        if (dy.Count == 0) return;
        if (dtable.Type != DType.F32)
            throw new ArgumentException($"ScatterAddRows: the table {dtable.Shape} is {dtable.Type}; sums are kept in F32.",
                nameof(dtable));
        const int WarpColumns = 128;
        int n = dy.Shape[0];
        long width = dy.Count / n;
        var args = new ScatterArgs
        {
            Dy = dy.Address, Indices = indices.Address, Table = dtable.Address, Width = width, N = n, Rows = dtable.Shape[0],
        };
        Launch(s_scatterAdd, dy.Type, GridStride((width + WarpColumns - 1) / WarpColumns * n * 32), args);
    }

    /// <summary>y = x, as many bytes.</summary>
    void CopyBytes(nint x, nint y, long bytes) => CopyRows(x, y, bytes, default, 1);

    /// <summary>
    /// Copies rows of <paramref name="run"/> elements between strided places, in the widest unit that fits everything.
    /// </summary>
    void CopyRows(nint x, nint y, long run, RowAxes rows, int bytes)
    {
        long bits = x | y | run * bytes;
        for (int i = 0; i < rows.Count; i++) bits |= rows.X[i] * bytes | rows.Y[i] * bytes;
        int unit = VectorPacking.Unit(bits);
        for (int i = 0; i < rows.Count; i++) (rows.X[i], rows.Y[i]) = (rows.X[i] * bytes / unit, rows.Y[i] * bytes / unit);
        run = run * bytes / unit;
        // A launch walks three axes; seldom are there more, and then it is repeated along those.
        var inner = rows with { Count = Math.Min(rows.Count, 3) };
        long units = run * inner.Rows;
        for (long i = 0; i < rows.Rows; i += inner.Rows)
        {
            var (fromX, fromY) = rows.Offset(i);
            var args = new CopyArgs
            {
                X = x + (nint)(fromX * unit), Y = y + (nint)(fromY * unit), Units = units, Run = new(run),
                Size0 = new(Math.Max(1, rows.Size[0])), Size1 = new(Math.Max(1, rows.Size[1])),
                X0 = rows.X[0], X1 = rows.X[1], X2 = rows.X[2], Y0 = rows.Y[0], Y1 = rows.Y[1], Y2 = rows.Y[2],
                Axes = inner.Count,
            };
            Launch(unit == 16 ? s_copyWide : s_copy, OfSize(unit), GridStride(units), args);
        }
    }

    /// <summary>
    /// The type that names a movement kernel for units of so many bytes; 16-byte units have families of their
    /// own, named as bytes.
    /// </summary>
    static DType OfSize(int unit) =>
        unit switch { 8 => DType.F64, 4 => DType.F32, 2 => DType.BF16, _ => DType.U8 };

    [StructLayout(LayoutKind.Sequential)]
    struct CopyArgs
    {
        public nint X, Y;
        public long Units;
        public Divisor Run, Size0, Size1;
        public long X0, X1, X2, Y0, Y1, Y2;
        public int Axes;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct GatherArgs
    {
        public nint Table, Indices, Y;
        public long Units;
        public Divisor Run;
        public int Rows;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct ScatterArgs
    {
        public nint Dy, Indices, Table;
        public long Width;
        public int N, Rows;
    }
}
