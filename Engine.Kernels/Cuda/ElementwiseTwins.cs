using System.Runtime.InteropServices;

namespace Ssgan.Engine.Kernels.Cuda;

// Functors of a user's own.
public sealed unsafe partial class CudaBackend
{
    void Unary<TOp>(ElementwiseTwin twin, TOp op, TensorView x, TensorView y) where TOp : unmanaged
    {
        CheckFields<TOp>(twin);
        var (p, q) = Constants(op);
        Launch(twin.Entry(y.Type), LoopOver(y.Count),
            new UnaryArgs { X = x.Address, Y = y.Address, Count = y.Count, P = p, Q = q });
    }

    /// <summary>The inner four groups of the plan, from where the views begin.</summary>
    void Binary<TOp>(ElementwiseTwin twin, TOp op, TensorView a, TensorView b, TensorView y, in BroadcastSteps plan)
        where TOp : unmanaged
    {
        CheckFields<TOp>(twin);
        var (p, q) = Constants(op);
        Launch(twin.Entry(y.Type), LoopOver(plan.Inner), new TwinBinaryArgs
        {
            A = a.Address, B = b.Address, Y = y.Address, Count = plan.Inner,
            Size0 = plan.Size[0], Size1 = plan.Size[1], Size2 = plan.Size[2],
            ASteps = Four.Of(plan.A), BSteps = Four.Of(plan.B),
            AFloat = a.Type == DType.F32 ? 1 : 0, BFloat = b.Type == DType.F32 ? 1 : 0, P = p, Q = q,
        });
    }

    LaunchShape LoopOver(long count)
    {
        var grid = GridStride(count);
        return new(grid.X, grid.Threads);
    }

    // An empty struct has one byte.
    static void CheckFields<TOp>(ElementwiseTwin twin) where TOp : unmanaged
    {
        if (sizeof(TOp) is 1 or sizeof(float) or 2 * sizeof(float)) return;
        throw new ArgumentException(
            $"{twin.Name}: the functor {typeof(TOp).Name} has {sizeof(TOp)} bytes; a kernel takes at most two floats, p and q.");
    }

    [StructLayout(LayoutKind.Sequential)]
    struct TwinBinaryArgs
    {
        public nint A, B, Y;
        public long Count, Size0, Size1, Size2;
        public Four ASteps, BSteps;
        public int AFloat, BFloat;
        public float P, Q;
    }
}
