using System.Numerics;
using Ssgan.Engine.Kernels.Cpu.Threading;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void ReduceExact(ReduceOp op, TensorView x, TensorView y)
    {
        switch (x.Type)
        {
            case DType.F64: ReduceExact<double>(op, x, y); break;
            case DType.I64: ReduceExact<long>(op, x, y); break;
            case DType.I32: ReduceExact<int>(op, x, y); break;
            default: ReduceExact<byte>(op, x, y); break;
        }
    }

    void ReduceExact<T>(ReduceOp op, TensorView x, TensorView y) where T : unmanaged, INumber<T>
    {
        if (y.Count == 0) return;
        long each = x.Count / y.Count;
        _workers.For(checked((int)y.Count), GrainOf(each), new ReduceExactRange<T>(op, x, y));
    }

    /// <summary>Results one after another, each of its elements in the order of memory.</summary>
    readonly struct ReduceExactRange<T>(ReduceOp op, TensorView x, TensorView y) : IParallelBody where T : unmanaged, INumber<T>
    {
        public void Invoke(int start, int end)
        {
            var s = AxisGroups.OfExactReduction(x.Shape, y.Shape);
            T* from = (T*)x.Address, to = (T*)y.Address;
            for (long i = start; i < end; i++)
            {
                long outer = Math.DivRem(i, s.Kept, out long inner);
                T* first = from + inner * s.KeptStep + outer * s.KeptOuter;
                T total = *first;
                for (long e = 1; e < s.Elements; e++)
                {
                    long far = s.Reduced == s.Elements ? 0 : Math.DivRem(e, s.Reduced, out _);
                    total = ExactLoops.Combine(op, total, first[(e - far * s.Reduced) * s.ReducedStep + far * s.ReducedOuter]);
                }
                to[i] = total;
            }
        }
    }
}
