using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    static readonly KernelFamily s_avgPool = new("pool2d", "avg_pool2d"), s_avgPoolWide = new("pool2d", "avg_pool2d_wide"),
        s_avgPoolBackward = new("pool2d", "avg_pool2d_backward"),
            s_avgPoolBackwardWide = new("pool2d", "avg_pool2d_backward_wide");

    /// <inheritdoc/>
    public override void AvgPool2d(TensorView x, TensorView y, in PoolSpec spec) =>
        Pool(s_avgPool, s_avgPoolWide, "AvgPool2d", x, y, spec);

    /// <inheritdoc/>
    public override void AvgPool2dBackward(TensorView dy, TensorView dx, in PoolSpec spec) =>
        Pool(s_avgPoolBackward, s_avgPoolBackwardWide, "AvgPool2dBackward", dy, dx, spec);

    void Pool(KernelFamily kernel, KernelFamily wideKernel, string name, TensorView x, TensorView y, PoolSpec spec)
    {
        if (y.Count == 0) return;
        SameType(name, x, y);
        int unit = UnitOfChannels(y, x.Address);
        var args = new Pool2dArgs
        {
            X = x.Address, Y = y.Address, Grid = new PoolGrid(x, y, unit, spec), Divisor = spec.Divisor, Scale = spec.ExactScale,
        };
        Launch(unit > 1 ? wideKernel : kernel, y.Type, GridStride(args.Grid.Count), args);
    }

    /// <summary>
    /// Neighbouring channels (…, C) that a thread moves: as many as 16 bytes hold where all of this and other addresses
    /// allow it, or one.
    /// </summary>
    static int UnitOfChannels(TensorView y, nint others)
    {
        int width = VectorPacking.Width(y.Type);
        return ((y.Address | others) & 15) == 0 && y.Shape[-1] % width == 0 ? width : 1;
    }

    /// <summary>
    /// Twin of PoolGrid in kernels/pool_window.cuh: the output y that a launch goes through, and the x that its windows read.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    readonly struct PoolGrid(TensorView x, TensorView y, int unit, PoolSpec spec)
    {
        public readonly long Count = y.Count / unit;
        readonly Divisor _units = new(y.Shape[3] / unit), _width = new(y.Shape[2]), _height = new(y.Shape[1]);
        readonly int _xHeight = x.Shape[1], _xWidth = x.Shape[2], _kernel = spec.Kernel,
            _stride = spec.Stride, _padding = spec.Padding;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct Pool2dArgs
    {
        public nint X, Y;
        public PoolGrid Grid;
        public float Divisor, Scale;
    }
}
