using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    static readonly KernelFamily s_argMax = new("arg_max", "arg_max"), s_argMaxWide = new("arg_max", "arg_max_wide");

    /// <inheritdoc/>
    public override void ArgMax(TensorView x, TensorView y)
    {
        if (y.Count == 0) return;
        int columns = x.Shape[-1];
        if (columns == 0)
            throw new ArgumentException($"ArgMax: the last axis of x {x.Shape} is empty, so no index exists.", nameof(x));
        Launch(UnitOfChannels(x, 0) > 1 ? s_argMaxWide : s_argMax, x.Type, GridStride(y.Count * 32),
            new ArgMaxArgs { X = x.Address, Y = y.Address, Rows = y.Count, Columns = columns });
    }

    [StructLayout(LayoutKind.Sequential)]
    struct ArgMaxArgs
    {
        public nint X, Y;
        public long Rows, Columns;
    }
}
