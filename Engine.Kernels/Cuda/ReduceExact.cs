using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    static readonly KernelFamily s_reduceExact = new("reduce_exact", "reduce_exact");

    /// <inheritdoc/>
    public override void ReduceExact(ReduceOp op, TensorView x, TensorView y)
    {
        if (y.Count == 0) return;
        var s = AxisGroups.OfExactReduction(x.Shape, y.Shape);
        // A block's threads each have an element at least.
        bool blocks = s.Elements >= ReduceThreads;
        Launch(s_reduceExact, x.Type == DType.Bool ? DType.U8 : x.Type,
            GridStride(y.Count * (blocks ? ReduceThreads : 1), ReduceThreads), new ReduceExactArgs
            {
                X = x.Address, Y = y.Address, Results = y.Count, Kept = new(s.Kept), Reduced = new(s.Reduced),
                KeptStep = s.KeptStep, KeptOuter = s.KeptOuter, ReducedStep = s.ReducedStep, ReducedOuter = s.ReducedOuter,
                Elements = s.Elements, Op = (int)op, Blocks = blocks ? 1 : 0,
            });
    }

    [StructLayout(LayoutKind.Sequential)]
    struct ReduceExactArgs
    {
        public nint X, Y;
        public long Results;
        public Divisor Kept, Reduced;
        public long KeptStep, KeptOuter, ReducedStep, ReducedOuter, Elements;
        public int Op, Blocks;
    }
}
