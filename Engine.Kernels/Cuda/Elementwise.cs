using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    /// <inheritdoc/>
    public override void Unary<TOp>(TOp op, TensorView x, TensorView y)
    {
        if (y.Count == 0) return;
        SameType("Unary", x, y);
        if (TOp.Twin is { } twin)
        {
            Unary(twin, op, x, y);
            return;
        }
        var (p, q) = Constants(op);
        var args = new UnaryArgs { X = x.Address, Y = y.Address, Count = y.Count, P = p, Q = q };
        Launch(UnaryKernel<TOp>.Family, y.Type, GridStride(VectorPacking.Items(x, y)), args);
    }

    /// <inheritdoc/>
    public override void Binary<TOp>(TOp op, TensorView a, TensorView b, TensorView y)
    {
        if (y.Count == 0) return;
        if (a.Type != DType.F32) SameType("Binary", a, y);
        if (b.Type != DType.F32) SameType("Binary", b, y);
        // An operand of y's size is not stretched, whatever its rank.
        var plan = new BroadcastSteps(a.Count == y.Count ? y.Shape : a.Shape, b.Count == y.Count ? y.Shape : b.Shape, y.Shape);
        var twin = TOp.Twin;
        int width = VectorPacking.Width(y.Type);
        var (p, q) = Constants(op);
        // A launch walks four groups; seldom are there more, and then it is repeated along those.
        long count = plan.Inner;
        for (long i = 0; i < y.Count / count; i++)
        {
            var (fromA, fromB) = plan.Outer(i);
            nint left = a.Address + (nint)(fromA * a.Type.Size()), right = b.Address + (nint)(fromB * b.Type.Size()),
                to = y.Address + (nint)(i * count * y.Type.Size());
            if (twin is not null)
            {
                Binary(twin, op, a with { Address = left }, b with { Address = right }, y with { Address = to }, plan);
                continue;
            }
            bool packed = plan.Fits(width) && to % 16 == 0 && (plan.A[0] == 0 || left % 16 == 0)
                && (plan.B[0] == 0 || right % 16 == 0);
            var args = new BinaryArgs
            {
                A = left, B = right, Y = to, Count = count,
                Size0 = new(plan.Size[0]), Size1 = new(plan.Size[1]), Size2 = new(plan.Size[2]),
                ASteps = Four.Of(plan.A), BSteps = Four.Of(plan.B), Groups = Math.Min(plan.Groups, 4), Packed = packed ? 1 : 0,
                AFloat = a.Type == DType.F32 ? 1 : 0, BFloat = b.Type == DType.F32 ? 1 : 0, P = p, Q = q,
            };
            Launch(BinaryKernel<TOp>.Family, y.Type, GridStride(packed ? (count + width - 1) / width : count), args);
        }
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
