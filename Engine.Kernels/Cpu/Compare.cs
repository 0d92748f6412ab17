namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void Compare(ComparisonOp op, TensorView a, TensorView b, TensorView y)
    {
        if (y.Count > 0) Stretch(new CompareRow(op, a.Type), a, b, y);
    }

    readonly struct CompareRow(ComparisonOp op, DType type) : IRow
    {
        public void Invoke(byte* a, long aStep, byte* b, long bStep, byte* y, int n)
        {
            switch (type)
            {
                case DType.F32: ExactLoops.Compare(op, (float*)a, aStep, (float*)b, bStep, y, n); break;
                case DType.F64: ExactLoops.Compare(op, (double*)a, aStep, (double*)b, bStep, y, n); break;
                case DType.I64: ExactLoops.Compare(op, (long*)a, aStep, (long*)b, bStep, y, n); break;
                case DType.I32: ExactLoops.Compare(op, (int*)a, aStep, (int*)b, bStep, y, n); break;
                default: ExactLoops.Compare(op, a, aStep, b, bStep, y, n); break;
            }
        }
    }
}
