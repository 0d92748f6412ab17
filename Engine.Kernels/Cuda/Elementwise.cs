using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    public override void Unary<TOp>(TOp op, TensorView x, TensorView y)
    {
        if (y.Count == 0) return;
        SameType("Unary", x, y);
        var (p, q) = Constants(op);
        var args = new UnaryArgs { X = x.Address, Y = y.Address, Count = y.Count, P = p, Q = q };
        Launch(UnaryKernel<TOp>.Family, y.Type, GridStride(VectorPacking.Items(x, y)), args);
    }

    public override void Binary<TOp>(TOp op, TensorView a, TensorView b, TensorView y)
    {
        if (y.Count == 0) return;
        if (a.Type != DType.F32) SameType("Binary", a, y);
        if (b.Type != DType.F32) SameType("Binary", b, y);
        // An operand of y's size is not stretched, whatever its rank.
        var plan = new BroadcastSteps(a.Count == y.Count ? y.Shape : a.Shape, b.Count == y.Count ? y.Shape : b.Shape, y.Shape);
        int width = VectorPacking.Width(y.Type);
        bool packed = plan.Fits(width) && VectorPacking.Aligned(y) && (plan.A[0] == 0 || VectorPacking.Aligned(a))
            && (plan.B[0] == 0 || VectorPacking.Aligned(b));
        var (p, q) = Constants(op);
        var args = new BinaryArgs
        {
            A = a.Address, B = b.Address, Y = y.Address, Count = y.Count,
            Size0 = new(plan.Size[0]), Size1 = new(plan.Size[1]), Size2 = new(plan.Size[2]),
            ASteps = plan.A, BSteps = plan.B, Groups = plan.Groups, Packed = packed ? 1 : 0,
            AFloat = a.Type == DType.F32 ? 1 : 0, BFloat = b.Type == DType.F32 ? 1 : 0, P = p, Q = q,
        };
        Launch(BinaryKernel<TOp>.Family, y.Type, GridStride(packed ? (y.Count + width - 1) / width : y.Count), args);
    }

    /// <summary>The fields of a functor: none, one or two floats.</summary>
    static (float P, float Q) Constants<TOp>(TOp op) where TOp : unmanaged =>
        sizeof(TOp) < sizeof(float) ? default : (*(float*)&op, sizeof(TOp) > sizeof(float) ? ((float*)&op)[1] : 0);

    static void SameType(string name, TensorView x, TensorView y)
    {
        if (x.Type != y.Type)
            throw new ArgumentException($"{name}: an input {x.Shape} is {x.Type}, the output {y.Shape} {y.Type}.");
    }

    static class UnaryKernel<TOp> where TOp : unmanaged, IUnary
    {
        public static readonly KernelFamily Family = new("elementwise", TOp.Name);
    }

    static class BinaryKernel<TOp> where TOp : unmanaged, IBinary
    {
        public static readonly KernelFamily Family = new("elementwise", TOp.Name);
    }

    [StructLayout(LayoutKind.Sequential)]
    struct UnaryArgs
    {
        public nint X, Y;
        public long Count;
        public float P, Q;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct BinaryArgs
    {
        public nint A, B, Y;
        public long Count;
        public Divisor Size0, Size1, Size2;
        public Four ASteps, BSteps;
        public int Groups, Packed, AFloat, BFloat;
        public float P, Q;
    }
}
