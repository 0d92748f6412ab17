using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    static readonly KernelFamily s_arithmeticExact = new("arithmetic_exact", "arithmetic_exact");

    /// <inheritdoc/>
    public override void ArithmeticExact(ArithmeticOp op, TensorView a, TensorView b, TensorView y) =>
        Stretch(s_arithmeticExact, (int)op, a, b, y);

    /// <summary>An operation by number on two operands of one type, a launch for each run of four groups.</summary>
    void Stretch(KernelFamily kernel, int op, TensorView a, TensorView b, TensorView y)
    {
        if (y.Count == 0) return;
        var plan = new BroadcastSteps(a.Count == y.Count ? y.Shape : a.Shape, b.Count == y.Count ? y.Shape : b.Shape, y.Shape);
        long count = plan.Inner;
        int bytes = a.Type.Size();
        for (long i = 0; i < y.Count / count; i++)
        {
            var (fromA, fromB) = plan.Outer(i);
            Launch(kernel, a.Type == DType.Bool ? DType.U8 : a.Type, GridStride(count), new ExactArgs
            {
                A = a.Address + (nint)(fromA * bytes), B = b.Address + (nint)(fromB * bytes),
                Y = y.Address + (nint)(i * count * y.Type.Size()), Count = count,
                Size0 = new(plan.Size[0]), Size1 = new(plan.Size[1]), Size2 = new(plan.Size[2]),
                ASteps = Four.Of(plan.A), BSteps = Four.Of(plan.B), Groups = Math.Min(plan.Groups, 4), Op = op,
            });
        }
    }

    /// <summary>The twin of ArithmeticExactArgs and of CompareArgs.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct ExactArgs
    {
        public nint A, B, Y;
        public long Count;
        public Divisor Size0, Size1, Size2;
        public Four ASteps, BSteps;
        public int Groups, Op;
    }
}
