using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    const int BlockElements = ElementwiseLoops.BlockElements;

    /// <summary>
    /// The least number of blocks that a thread is handed at once: less work than this is done before a thread has woken up.
    /// </summary>
    const int Grain = 4;

    /// <inheritdoc/>
    public override void Unary<TOp>(TOp op, TensorView x, TensorView y)
    {
        if (y.Type == DType.F32) _workers.For(Blocks(y.Count), Grain, new UnaryRange<TOp>(op, x.F32, y.F32, y.Count));
        else UnaryNarrow(op, x, y);
    }

    /// <inheritdoc/>
    public override void Binary<TOp>(TOp op, TensorView a, TensorView b, TensorView y)
    {
        long count = y.Count;
        if (count == 0) return;
        if (y.Type != DType.F32)
        {
            BinaryNarrow(op, a, b, y);
            return;
        }
        // An operand of y's size is not stretched, whatever its rank; one of size 1 is a constant.
        if ((a.Count == count || a.Count == 1) && (b.Count == count || b.Count == 1))
        {
            _workers.For(Blocks(count), Grain,
                new ZipRange<TOp>(op, a.F32, a.Count == 1 ? 0 : 1, b.F32, b.Count == 1 ? 0 : 1, y.F32, count));
            return;
        }
        var plan = new BroadcastPlan(a.Shape, b.Shape, y.Shape);
        if (plan.IsRowVector(out long columns, out bool left))
        {
            int rowsPerBlock = (int)Math.Max(1, BlockElements / columns);
            var body = new RowVectorRange<TOp>(op, left ? b.F32 : a.F32, left ? a.F32 : b.F32, left, y.F32,
                count, columns, rowsPerBlock);
            _workers.For(checked((int)((count / columns + rowsPerBlock - 1) / rowsPerBlock)),
                GrainOf(columns * rowsPerBlock), body);
        }
        else
        {
            var body = new BroadcastRange<TOp>(op, plan, a.F32, b.F32, y.F32);
            _workers.For(plan.Blocks, Grain, body);
        }
    }

    /// <summary>The grain of a loop whose items are of another size than a block.</summary>
    static int GrainOf(long itemElements) =>
        (int)Math.Clamp(Grain * BlockElements / Math.Max(1, itemElements), 1, Grain * BlockElements);

    static int Blocks(long count) => checked((int)((count + BlockElements - 1) / BlockElements));

    readonly struct UnaryRange<TOp>(TOp op, float* x, float* y, long count) : IParallelBody where TOp : unmanaged, IUnary
    {
        public void Invoke(int start, int end)
        {
            long from = (long)start * BlockElements, to = Math.Min((long)end * BlockElements, count);
            ElementwiseLoops.Map(op, x + from, y + from, to - from);
        }
    }

    readonly struct ZipRange<TOp>(TOp op, float* a, long aStep, float* b, long bStep, float* y, long count)
        : IParallelBody where TOp : unmanaged, IBinary
    {
        public void Invoke(int start, int end)
        {
            long from = (long)start * BlockElements, to = Math.Min((long)end * BlockElements, count);
            ElementwiseLoops.Zip(op, a + from * aStep, aStep, b + from * bStep, bStep, y + from, to - from);
        }
    }

    /// <summary>
    /// Full (rows, columns) with a vector (columns) that every row meets, such as a bias; left: the vector is the first operand.
    /// </summary>
    readonly struct RowVectorRange<TOp>(TOp op, float* full, float* vector, bool left, float* y, long count,
        long columns, int rowsPerBlock)
        : IParallelBody where TOp : unmanaged, IBinary
    {
        const int TileElements = 512;

        public void Invoke(int start, int end)
        {
            long block = rowsPerBlock * columns, from = start * block, to = Math.Min(end * block, count);
            // Rows shorter than a tile are taken several at a time against repeated copies of the vector: few columns would
            // otherwise leave nothing but remainders.
            long run = columns;
            float* repeated = vector;
            float* tile = stackalloc float[TileElements];
            if (columns <= TileElements / 2)
            {
                run = TileElements / columns * columns;
                for (long i = 0; i < run; i += columns)
                    new Span<float>(vector, (int)columns).CopyTo(new Span<float>(tile + i, (int)columns));
                repeated = tile;
            }
            for (long i = from; i < to; i += run)
            {
                long n = Math.Min(run, to - i);
                if (left) ElementwiseLoops.Zip(op, repeated, full + i, y + i, n);
                else ElementwiseLoops.Zip(op, full + i, repeated, y + i, n);
            }
        }
    }

    /// <summary>
    /// Any other broadcast: rows of the innermost group of axes, with each operand's offset followed along the outer groups.
    /// </summary>
    readonly struct BroadcastRange<TOp>(TOp op, BroadcastPlan plan, float* a, float* b, float* y)
        : IParallelBody where TOp : unmanaged, IBinary
    {
        public void Invoke(int start, int end)
        {
            var p = plan;
            long first = start * (long)p.PiecesPerBlock, last = Math.Min(end * (long)p.PiecesPerBlock, p.Rows * p.PiecesPerRow);
            for (long piece = first; piece < last; piece++)
            {
                long row = p.PiecesPerRow == 1 ? piece : piece / p.PiecesPerRow;
                long from = (piece - row * p.PiecesPerRow) * BlockElements, n = Math.Min(p.Columns - from, BlockElements);
                var (aOffset, bOffset) = p.Offsets(row);
                ElementwiseLoops.Zip(op, a + aOffset + from * p.AStep, p.AStep, b + bOffset + from * p.BStep, p.BStep,
                    y + row * p.Columns + from, n);
            }
        }
    }
}
