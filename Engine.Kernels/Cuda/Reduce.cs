using System.Numerics;
using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    // Beyond so many results, or blocks, a reduction is not cut: they alone fill a card. A constant, so that results do not
    // depend on the card.
    const int EnoughBlocks = 1024;
    const int ReduceThreads = 256;

    static readonly KernelFamily s_logSumExp = new("reduce", "log_sum_exp");

    /// <inheritdoc/>
    public override void Reduce<TOp>(TensorView x, TensorView y)
    {
        if (y.Count == 0) return;
        if (x.Count == 0)
        {
            Fill(y, TOp.Identity);
            return;
        }
        Span<long> size = [1, 1, 1, 1, 1, 1, 1, 1, 1];
        if (AxisGroups.OfReduction(x.Shape, y.Shape, size, out _))
            ReduceRows(ReduceKernel<TOp>.Rows, ReduceKernel<TOp>.RowsOfParts, x, size, y);
        else ReduceColumns(ReduceKernel<TOp>.Columns, ReduceKernel<TOp>.ColumnsOfParts, x, size, y);
    }

    /// <inheritdoc/>
    public override void LogSumExp(TensorView x, TensorView y)
    {
        const int WarpElements = 1024;
        if (y.Count == 0) return;
        int columns = x.Shape[-1];
        bool warps = columns <= WarpElements;
        var args = new LogSumExpArgs { X = x.Address, Y = y.Address, Rows = y.Count, Columns = columns, Warps = warps ? 1 : 0 };
        Launch(s_logSumExp, x.Type, GridStride(y.Count * (warps ? 32 : ReduceThreads), ReduceThreads), args);
    }

    /// <summary>
    /// x (kept, reduced, kept, reduced), sizes innermost first; long rows in parts, which a second launch reduces.
    /// </summary>
    void ReduceRows(KernelFamily kernel, KernelFamily ofParts, TensorView x, ReadOnlySpan<long> size, TensorView y)
    {
        const int WarpElements = 1024, PartElements = 8192;
        long results = y.Count, elements = size[0] * size[2];
        long parts = Math.Min(Math.Max(1, EnoughBlocks / results), (elements + PartElements - 1) / PartElements);
        // Multiples of 256, so that a part begins as aligned as its row.
        long part = ((elements + parts - 1) / parts + 255) / 256 * 256;
        parts = (elements + part - 1) / part;
        bool warps = elements <= WarpElements;
        var to = parts == 1 ? y : PartialResults(results, parts);
        var args = new RowsArgs
        {
            X = x.Address, Y = to.Address, Items = results * parts, Parts = new(parts), Inner = new(size[1]), Run = new(size[0]),
            Runs = size[2], Part = part, Warps = warps ? 1 : 0, ToBf16 = to.Type == DType.BF16 ? 1 : 0,
        };
        Launch(kernel, x.Type, GridStride(args.Items * (warps ? 32 : ReduceThreads), ReduceThreads), args);
        if (parts > 1) ReduceRows(ofParts, ofParts, to, [parts, results, 1, 1], y);
    }

    /// <summary>
    /// x (reduced, kept, reduced, kept), sizes innermost first; long columns in parts, which a second launch reduces.
    /// </summary>
    void ReduceColumns(KernelFamily kernel, KernelFamily ofParts, TensorView x, ReadOnlySpan<long> size, TensorView y)
    {
        const int MostAcross = 32, LeastEach = 8;
        long columns = size[0], matrices = size[2], elements = size[1] * size[3];
        int width = columns % VectorPacking.Width(x.Type) == 0 && VectorPacking.Aligned(x) ? VectorPacking.Width(x.Type) : 1;
        long neighbours = columns / width;
        int across = (int)BitOperations.RoundUpToPowerOf2((ulong)Math.Min(neighbours, MostAcross)),
            members = ReduceThreads / across;
        long tiles = (neighbours + across - 1) / across;
        // Parts where there are few tiles; a thread of a part still has some elements of its own.
        long parts = Math.Clamp(elements / (members * LeastEach), 1, Math.Max(1, EnoughBlocks / (matrices * tiles)));
        long part = (elements + parts - 1) / parts;
        parts = (elements + part - 1) / part;
        // The parts themselves are reduced in one launch.
        if (kernel == ofParts) (part, parts) = (elements, 1);
        var to = parts == 1 ? y : PartialResults(parts, matrices * columns);
        var args = new ColumnsArgs
        {
            X = x.Address, Y = to.Address, Items = matrices * tiles * parts, PerPart = new(matrices * tiles), Tiles = new(tiles),
            Outer = size[3], Matrices = matrices, Rows = new(size[1]), Columns = columns, Part = part,
            Across = across, Packed = width > 1 ? 1 : 0, ToBf16 = to.Type == DType.BF16 ? 1 : 0,
        };
        Launch(kernel, x.Type, GridStride(args.Items * ReduceThreads, ReduceThreads), args);
        if (parts > 1) ReduceColumns(ofParts, ofParts, to, [matrices * columns, parts, 1, 1], y);
    }

    TensorView PartialResults(long outer, long inner) =>
        new(Scratch(outer * inner * sizeof(float)), new Shape((int)outer, (int)inner), DType.F32);

    static class ReduceKernel<TOp> where TOp : unmanaged, IReduce
    {
        public static readonly KernelFamily Rows = new("reduce", TOp.Name + "_rows"),
            Columns = new("reduce", TOp.Name + "_columns");

        // Squares are squared once: their parts are summed.
        public static readonly KernelFamily RowsOfParts = new("reduce", Combining + "_rows"),
            ColumnsOfParts = new("reduce", Combining + "_columns");

        static string Combining => typeof(TOp) == typeof(SumOfSquares) ? Sum.Name : TOp.Name;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct RowsArgs
    {
        public nint X, Y;
        public long Items;
        public Divisor Parts, Inner, Run;
        public long Runs, Part;
        public int Warps, ToBf16;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct LogSumExpArgs
    {
        public nint X, Y;
        public long Rows, Columns;
        public int Warps;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct ColumnsArgs
    {
        public nint X, Y;
        public long Items;
        public Divisor PerPart, Tiles;
        public long Outer, Matrices;
        public Divisor Rows;
        public long Columns, Part;
        public int Across, Packed, ToBf16;
    }
}
