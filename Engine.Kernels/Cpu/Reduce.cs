using System.Runtime.CompilerServices;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void Reduce<TOp>(TensorView x, TensorView y)
    {
        if (y.Count == 0) return;
        if (x.Type != DType.F32 || y.Type != DType.F32)
        {
            ReduceNarrow<TOp>(x, y);
            return;
        }
        if (x.Count == 0)
        {
            Fill(y, TOp.Identity);
            return;
        }
        Span<long> size = [1, 1, 1, 1, 1, 1, 1, 1, 1];
        if (AxisGroups.OfReduction(x.Shape, y.Shape, size, out _))
            ReduceRows<TOp>(x.F32, new Layout(size[3], size[2], size[1], size[0]), y.F32);
        else ReduceColumns<TOp>(x.F32, new Layout(size[3], size[2], size[1], size[0]), y.F32);
    }

    /// <inheritdoc/>
    public override void LogSumExp(TensorView x, TensorView y)
    {
        int columns = x.Shape[-1], perBlock = Math.Max(1, CrossEntropyGrain / Math.Max(1, columns));
        int blocks = checked((int)((y.Count + perBlock - 1) / perBlock));
        _workers.For(blocks, 1, new LogSumExpRange(x.F32, columns, y.F32, y.Count, perBlock));
    }

    readonly struct LogSumExpRange(float* x, int columns, float* y, long rows, int perBlock) : IParallelBody
    {
        public void Invoke(int start, int end)
        {
            long last = Math.Min(end * (long)perBlock, rows);
            for (long row = start * (long)perBlock; row < last; row++)
            {
                float* from = x + row * columns;
                // A finite shift keeps ∞ − ∞ out.
                double shift = Math.Clamp(ReduceLoops.Run<Max>(from, columns), float.MinValue, float.MaxValue);
                y[row] = (float)(Math.Log(Exponentials.Sum(from, columns, shift)) + shift);
            }
        }
    }

    /// <summary>Sizes of an array of four axes, outermost first.</summary>
    readonly record struct Layout(long S0, long S1, long S2, long S3);

    /// <summary>x (kept, reduced, kept, reduced) to y (kept, kept).</summary>
    [SkipLocalsInit]
    void ReduceRows<TOp>(float* x, Layout s, float* y) where TOp : unmanaged, IReduce
    {
        long rows = s.S0 * s.S2, columns = s.S3;
        if (rows > 16 || s.S1 > 1 || columns <= 4 * BlockElements)
        {
            int perBlock = (int)Math.Clamp(BlockElements / (columns * s.S1), 1, BlockElements);
            _workers.For(checked((int)((rows + perBlock - 1) / perBlock)), GrainOf(perBlock * columns * s.S1),
                new RowsRange<TOp>(x, s, y, perBlock));
            return;
        }
        // Few long rows are cut into segments: their number follows from the shape alone, so that threads do not
        // change the result.
        const int MaxSegments = 256;
        float* partial = stackalloc float[MaxSegments];
        int segments = (int)Math.Min(MaxSegments / rows, (columns + 2 * BlockElements - 1) / (2 * BlockElements));
        _workers.For((int)rows * segments, GrainOf(2 * BlockElements), new SegmentsRange<TOp>(x, columns, segments, partial));
        for (long row = 0; row < rows; row++) y[row] = ReduceTree<TOp>(partial + row * segments, segments, 1);
    }

    /// <summary>x (reduced, kept, reduced, kept) to y (kept, kept).</summary>
    [SkipLocalsInit]
    void ReduceColumns<TOp>(float* x, Layout s, float* y) where TOp : unmanaged, IReduce
    {
        long rows = s.S2, columns = s.S3;
        if (s.S0 > 1 || s.S1 >= 16 || rows * columns <= 2 * BlockElements)
        {
            int perBlock = (int)Math.Clamp(BlockElements / (rows * columns * s.S0), 1, BlockElements);
            int items = checked((int)((s.S1 + perBlock - 1) / perBlock));
            _workers.For(items, GrainOf(perBlock * rows * columns * s.S0), new MatricesRange<TOp>(x, s, y, perBlock));
            return;
        }
        const int MaxBlocks = 64, Partials = MaxBlocks * 256;
        float* partial = stackalloc float[Partials];
        for (long i = 0; i < s.S1; i++, x += rows * columns, y += columns)
        {
            if (columns > ReduceLoops.MaxColumns)
            {
                int panels = checked((int)((columns + PanelsRange<TOp>.Columns - 1) / PanelsRange<TOp>.Columns));
                _workers.For(panels, GrainOf(PanelsRange<TOp>.Columns * rows),
                    new PanelsRange<TOp>(x, rows, columns, y));
                continue;
            }
            // Blocks of rows, again as many as the shape alone says.
            long most = Math.Min(Math.Min(MaxBlocks, Partials / columns),
                (rows * columns + 2 * BlockElements - 1) / (2 * BlockElements));
            long blockRows = (rows + most - 1) / most, blocks = (rows + blockRows - 1) / blockRows;
            _workers.For((int)blocks, GrainOf(2 * BlockElements), new RowBlocksRange<TOp>(x, rows, columns, blockRows, partial));
            ReduceTree<TOp>(partial, blocks, columns);
            new Span<float>(partial, (int)columns).CopyTo(new Span<float>(y, (int)columns));
        }
    }

    /// <summary>Combines parts of <paramref name="width"/> numbers pairwise, in place; the result is the first part.</summary>
    static float ReduceTree<TOp>(float* partial, long parts, long width) where TOp : unmanaged, IReduce
    {
        for (long apart = 1; apart < parts; apart *= 2)
        {
            for (long i = 0; i + apart < parts; i += 2 * apart)
                ReduceLoops.Merge<TOp>(partial + i * width, partial + (i + apart) * width, width);
        }
        return partial[0];
    }

    readonly struct RowsRange<TOp>(float* x, Layout s, float* y, int perBlock) : IParallelBody where TOp : unmanaged, IReduce
    {
        public void Invoke(int start, int end)
        {
            long last = Math.Min(end * (long)perBlock, s.S0 * s.S2);
            for (long row = start * (long)perBlock; row < last; row++)
            {
                long i2 = row, i0 = s.S0 == 1 ? 0 : Math.DivRem(row, s.S2, out i2);
                float* from = x + (i0 * s.S1 * s.S2 + i2) * s.S3;
                float value = ReduceLoops.Run<TOp>(from, s.S3);
                for (long i1 = 1; i1 < s.S1; i1++)
                    value = TOp.Combine(value, ReduceLoops.Run<TOp>(from + i1 * s.S2 * s.S3, s.S3));
                y[row] = value;
            }
        }
    }

    readonly struct SegmentsRange<TOp>(float* x, long columns, int segments, float* partial)
        : IParallelBody where TOp : unmanaged, IReduce
    {
        public void Invoke(int start, int end)
        {
            // Segments begin at multiples of 1024 numbers: whole leaves, whole cache lines.
            long length = ((columns + segments - 1) / segments + 1023) / 1024 * 1024;
            for (int i = start; i < end; i++)
            {
                long row = i / segments, from = Math.Min(i % segments * length, columns);
                partial[i] = ReduceLoops.Run<TOp>(x + row * columns + from, Math.Min(length, columns - from));
            }
        }
    }

    readonly struct MatricesRange<TOp>(float* x, Layout s, float* y, int perBlock) : IParallelBody where TOp : unmanaged, IReduce
    {
        [SkipLocalsInit]
        public void Invoke(int start, int end)
        {
            const int Width = ReduceLoops.MaxColumns;
            float* next = stackalloc float[Width];
            long matrix = s.S2 * s.S3, last = Math.Min(end * (long)perBlock, s.S1);
            for (long i1 = start * (long)perBlock; i1 < last; i1++)
            {
                float* from = x + i1 * matrix, to = y + i1 * s.S3;
                ReduceLoops.Columns<TOp>(from, s.S2, s.S3, s.S3, to);
                for (long i0 = 1; i0 < s.S0; i0++)
                {
                    for (long c = 0; c < s.S3; c += Width)
                    {
                        long n = Math.Min(Width, s.S3 - c);
                        ReduceLoops.Columns<TOp>(from + i0 * s.S1 * matrix + c, s.S2, n, s.S3, next);
                        ReduceLoops.Merge<TOp>(to + c, next, n);
                    }
                }
            }
        }
    }

    readonly struct PanelsRange<TOp>(float* x, long rows, long columns, float* y) : IParallelBody where TOp : unmanaged, IReduce
    {
        public const int Columns = 256;

        public void Invoke(int start, int end)
        {
            long from = (long)start * Columns, to = Math.Min((long)end * Columns, columns);
            ReduceLoops.Columns<TOp>(x + from, rows, to - from, columns, y + from);
        }
    }

    readonly struct RowBlocksRange<TOp>(float* x, long rows, long columns, long blockRows, float* partial)
        : IParallelBody where TOp : unmanaged, IReduce
    {
        public void Invoke(int start, int end)
        {
            for (int i = start; i < end; i++)
            {
                long from = i * blockRows;
                ReduceLoops.Columns<TOp>(x + from * columns, Math.Min(blockRows, rows - from), columns,
                    columns, partial + i * columns);
            }
        }
    }
}
