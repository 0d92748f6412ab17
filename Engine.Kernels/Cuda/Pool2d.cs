using System.Runtime.InteropServices;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    static readonly KernelFamily s_avgPool = new("pool2d", "avg_pool2d"), s_avgPoolWide = new("pool2d", "avg_pool2d_wide"),
        s_avgPoolBackward = new("pool2d", "avg_pool2d_backward"), s_avgPoolBackwardWide = new("pool2d", "avg_pool2d_backward_wide");

    public override void AvgPool2d(View x, View y, in PoolSpec spec) => Pool(s_avgPool, s_avgPoolWide, "AvgPool2d", x, default, y, spec);

    public override void AvgPool2dAdd(View x, View other, View y, in PoolSpec spec)
    {
        SameType("AvgPool2dAdd", other, y);
        Pool(s_avgPool, s_avgPoolWide, "AvgPool2dAdd", x, other, y, spec);
    }

    public override void AvgPool2dBackward(View dy, View dx, in PoolSpec spec) =>
        Pool(s_avgPoolBackward, s_avgPoolBackwardWide, "AvgPool2dBackward", dy, default, dx, spec);

    void Pool(KernelFamily kernel, KernelFamily wideKernel, string name, View x, View other, View y, PoolSpec spec)
    {
        if (y.Count == 0) return;
        SameType(name, x, y);
        int unit = UnitOfChannels(y, x.Address | other.Address);
        var args = new Pool2dArgs
        {
            X = x.Address, Other = other.Address, Y = y.Address, Count = y.Count / unit,
            Units = new(y.Shape[3] / unit), Width = new(y.Shape[2]), Height = new(y.Shape[1]), XHeight = x.Shape[1], XWidth = x.Shape[2],
            Kernel = spec.Kernel, Stride = spec.Stride, Padding = spec.Padding, Scale = 1f / (spec.Kernel * spec.Kernel),
        };
        Launch(unit > 1 ? wideKernel : kernel, y.Type, GridStride(args.Count), args);
    }

    /// <summary>Neighbouring channels (…, C) that a thread moves: as many as 16 bytes hold where all of this and other addresses allow it, or one.</summary>
    static int UnitOfChannels(View y, nint others)
    {
        int width = Packs.Width(y.Type);
        return ((y.Address | others) & 15) == 0 && y.Shape[-1] % width == 0 ? width : 1;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct Pool2dArgs
    {
        public nint X, Other, Y;
        public long Count;
        public Divisor Units, Width, Height;
        public int XHeight, XWidth, Kernel, Stride, Padding;
        public float Scale;
    }
}
