using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void ArithmeticExact(ArithmeticOp op, TensorView a, TensorView b, TensorView y)
    {
        if (y.Count > 0) Stretch(new ArithmeticRow(op, y.Type), a, b, y);
    }

    /// <summary>Rows of an output whose operands stretch to it.</summary>
    void Stretch<TRow>(TRow row, TensorView a, TensorView b, TensorView y) where TRow : unmanaged, IRow
    {
        var plan = new BroadcastPlan(a.Count == y.Count ? y.Shape : a.Shape, b.Count == y.Count ? y.Shape : b.Shape, y.Shape);
        _workers.For(plan.Blocks, Grain, new StretchRange<TRow>(row, plan, a.U8, a.Type.Size(), b.U8, b.Type.Size(), y.U8,
            y.Type.Size()));
    }

    /// <summary>n elements of an operation; an operand's step is 1, or 0 where it stretches.</summary>
    interface IRow
    {
        void Invoke(byte* a, long aStep, byte* b, long bStep, byte* y, int n);
    }

    readonly struct StretchRange<TRow>(TRow row, BroadcastPlan plan, byte* a, int aSize, byte* b, int bSize, byte* y, int ySize)
        : IParallelBody where TRow : unmanaged, IRow
    {
        public void Invoke(int start, int end)
        {
            var p = plan;
            long first = start * (long)p.PiecesPerBlock, last = Math.Min(end * (long)p.PiecesPerBlock, p.Rows * p.PiecesPerRow);
            for (long piece = first; piece < last; piece++)
            {
                long at = p.PiecesPerRow == 1 ? piece : piece / p.PiecesPerRow;
                long from = (piece - at * p.PiecesPerRow) * BlockElements, n = Math.Min(p.Columns - from, BlockElements);
                var (aOffset, bOffset) = p.Offsets(at);
                row.Invoke(a + (aOffset + from * p.AStep) * aSize, p.AStep, b + (bOffset + from * p.BStep) * bSize, p.BStep,
                    y + (at * p.Columns + from) * ySize, (int)n);
            }
        }
    }

    readonly struct ArithmeticRow(ArithmeticOp op, DType type) : IRow
    {
        public void Invoke(byte* a, long aStep, byte* b, long bStep, byte* y, int n)
        {
            switch (type)
            {
                case DType.F64: ExactLoops.Doubles(op, (double*)a, aStep, (double*)b, bStep, (double*)y, n); break;
                case DType.I64: ExactLoops.Integers(op, (long*)a, aStep, (long*)b, bStep, (long*)y, n); break;
                case DType.I32: ExactLoops.Integers(op, (int*)a, aStep, (int*)b, bStep, (int*)y, n); break;
                default: ExactLoops.Integers(op, a, aStep, b, bStep, y, n); break;
            }
        }
    }
}
