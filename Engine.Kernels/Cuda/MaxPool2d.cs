using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    static readonly KernelFamily s_maxPool = new("max_pool2d", "max_pool2d"),
        s_maxPoolWide = new("max_pool2d", "max_pool2d_wide"),
        s_maxPoolBackward = new("max_pool2d", "max_pool2d_backward"),
            s_maxPoolBackwardWide = new("max_pool2d", "max_pool2d_backward_wide"),
        s_maxPoolGather = new("max_pool2d", "max_pool2d_gather");

    /// <inheritdoc/>
    public override void MaxPool2d(TensorView x, TensorView y, TensorView index, in PoolSpec spec) =>
        MaxPool(s_maxPool, s_maxPoolWide, "MaxPool2d", x, y, index, spec);

    /// <inheritdoc/>
    public override void MaxPool2dBackward(TensorView dy, TensorView index, TensorView dx, in PoolSpec spec) =>
        MaxPool(s_maxPoolBackward, s_maxPoolBackwardWide, "MaxPool2dBackward", dy, dx, index, spec);

    /// <inheritdoc/>
    public override void MaxPool2dGather(TensorView x, TensorView index, TensorView y)
    {
        if (y.Count == 0) return;
        SameType("MaxPool2dGather", x, y);
        // Pixels of an image in one row: a gather asks for no lines.
        var pixels = y.As(new Shape(y.Shape[0], 1, y.Shape[1] * y.Shape[2], y.Shape[3]));
        var args = new MaxPool2dArgs { X = x.Address, Y = y.Address, Index = index.Address,
            Grid = new PoolGrid(x, pixels, 1, default) };
        Launch(s_maxPoolGather, y.Type, GridStride(args.Grid.Count), args);
    }

    void MaxPool(KernelFamily kernel, KernelFamily wideKernel, string name, TensorView x, TensorView y,
        TensorView index, PoolSpec spec)
    {
        if (y.Count == 0) return;
        SameType(name, x, y);
        int unit = UnitOfChannels(y, x.Address | index.Address);
        var args = new MaxPool2dArgs { X = x.Address, Y = y.Address, Index = index.Address,
            Grid = new PoolGrid(x, y, unit, spec) };
        Launch(unit > 1 ? wideKernel : kernel, y.Type, GridStride(args.Grid.Count), args);
    }

    [StructLayout(LayoutKind.Sequential)]
    struct MaxPool2dArgs
    {
        public nint X, Y, Index;
        public PoolGrid Grid;
    }
}
