using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void CopyBox(TensorView x, ReadOnlySpan<int> xStart, TensorView y,
        ReadOnlySpan<int> yStart, ReadOnlySpan<int> extent)
    {
        foreach (int e in extent) if (e == 0) return;
        var (run, xFrom, yFrom) = AxisGroups.OfBox(x.Shape, xStart, y.Shape, yStart, extent, out var rows);
        int bytes = x.Type.Size();
        var body = new CopyRange(x.U8 + xFrom * bytes, y.U8 + yFrom * bytes, rows, run, bytes);
        _workers.For(body.Blocks, Grain, body);
    }

    /// <inheritdoc/>
    public override void GatherRows(TensorView table, TensorView indices, TensorView y)
    {
        CheckRows("GatherRows", indices, table.Shape);
        if (y.Count == 0) return;
        long rowBytes = y.Bytes / y.Shape[0];
        _workers.For(y.Shape[0], GrainOf(rowBytes / sizeof(float)), new GatherRange(table.U8, indices.I32, y.U8, rowBytes));
    }

    /// <inheritdoc/>
    public override void ScatterAddRows(TensorView dy, TensorView indices, TensorView dtable)
    {
        CheckRows("ScatterAddRows", indices, dtable.Shape);
        if (dy.Count == 0) return;
        int n = dy.Shape[0], rows = dtable.Shape[0];
        long width = dy.Count / n;
        var body = new ScatterRange(dy.F32, indices.I32, n, dtable.F32, width, width >= 4 * ScatterRange.Columns);
        // Each work item owns a part of the table (columns where rows are wide, else rows) and walks all indices in
        // order, so that every element sees its additions in the order of i. That pays while the additions outweigh
        // reading the indices again.
        if (body.ByColumns) _workers.For((int)((width + ScatterRange.Columns - 1) / ScatterRange.Columns), 1, body);
        else if (width >= 16 && dy.Count > Grain * BlockElements) _workers.For(rows, Math.Max(1, rows / Threads), body);
        else body.Invoke(0, rows);
    }

    static void CheckRows(string name, TensorView indices, Shape table)
    {
        int rows = table[0];
        int* index = indices.I32;
        for (long i = 0; i < indices.Count; i++)
        {
            if ((uint)index[i] >= (uint)rows)
            {
                throw new ArgumentOutOfRangeException(nameof(indices),
                    $"{name}: index {i} is {index[i]}, but the table {table} has {rows} rows.");
            }
        }
    }

    /// <summary>
    /// Copies rows of bytes between strided places. Long rows are cut into pieces, short ones gathered into blocks.
    /// </summary>
    readonly struct CopyRange(byte* x, byte* y, RowAxes axes, long run, int bytes) : IParallelBody
    {
        const int BlockBytes = BlockElements * sizeof(float);
        readonly long _rows = axes.Rows;
        readonly long _pieces = (run * bytes + BlockBytes - 1) / BlockBytes;
        readonly long _perBlock = Math.Max(1, BlockBytes / (run * bytes));

        public int Blocks => checked((int)((_rows * _pieces + _perBlock - 1) / _perBlock));

        public void Invoke(int start, int end)
        {
            long last = Math.Min(end * _perBlock, _rows * _pieces), rowBytes = run * bytes;
            for (long piece = start * _perBlock; piece < last; piece++)
            {
                long row = _pieces == 1 ? piece : piece / _pieces;
                long from = (piece - row * _pieces) * BlockBytes, n = Math.Min(BlockBytes, rowBytes - from);
                var (fromX, fromY) = axes.Offset(row);
                Buffer.MemoryCopy(x + fromX * bytes + from, y + fromY * bytes + from, n, n);
            }
        }
    }

    readonly struct GatherRange(byte* table, int* indices, byte* y, long rowBytes) : IParallelBody
    {
        public void Invoke(int start, int end)
        {
            for (int i = start; i < end; i++)
                Buffer.MemoryCopy(table + indices[i] * rowBytes, y + i * rowBytes, rowBytes, rowBytes);
        }
    }

    readonly struct ScatterRange(float* dy, int* indices, int n, float* dtable, long width, bool byColumns) : IParallelBody
    {
        /// <summary>Columns of one work item where the work is split by columns.</summary>
        public const int Columns = 256;

        public bool ByColumns => byColumns;

        public void Invoke(int start, int end)
        {
            long from = byColumns ? (long)start * Columns : 0, to = byColumns ? Math.Min((long)end * Columns, width) : width;
            for (int i = 0; i < n; i++)
            {
                if (!byColumns && (indices[i] < start || indices[i] >= end)) continue;
                float* row = dtable + indices[i] * width + from;
                ElementwiseLoops.Zip(default(Add), row, dy + i * width + from, row, to - from);
            }
        }
    }
}
