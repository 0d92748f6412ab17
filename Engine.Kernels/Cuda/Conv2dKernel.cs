using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

/// <summary>Twin of Conv2dArgs in kernels/conv2d.cuh.</summary>
[StructLayout(LayoutKind.Sequential)]
struct Conv2dArgs
{
    public nint Image, Other;
    public int H, W, C, GridW, GridSize, KernelW, Taps, Filters, Stride, Padding;
    public IndexReciprocal ByGridSize, ByGridW, ByChannels, ByKernelW, ByStride;
    public Gemm Gemm;

    /// <summary>The pixels of a grid read an image through the taps of a kernel of w's shape.</summary>
    public Conv2dArgs(TensorView image, TensorView grid, Shape w, TensorView other, in ConvSpec spec)
    {
        (Image, Other) = (image.Address, other.Address);
        (H, W, C) = (image.Shape[1], image.Shape[2], image.Shape[3]);
        Small((long)H * W * C, "elements in one image");
        (GridW, GridSize) = (grid.Shape[2], grid.Shape[1] * grid.Shape[2]);
        (KernelW, Taps, Filters, Stride, Padding) = (w[2], w[1] * w[2], w[0], spec.Stride, spec.Padding);
        (ByGridSize, ByGridW, ByChannels, ByKernelW, ByStride) = (new(GridSize), new(GridW), new(C), new(KernelW), new(Stride));
    }

    /// <summary>Indices that the kernels divide have 31 bits.</summary>
    public static int Small(long count, string what) => count <= int.MaxValue
        ? (int)count
        : throw new ArgumentException($"Conv2d: {count:N0} {what} are more than the 2^31 - 1 that the kernels count.");
}

// Convolutions in our own kernels, for machines without cuDNN.
public sealed unsafe partial class CudaBackend
{
    static readonly Conv2dKernels s_conv2d = new("conv2d"), s_conv2d80 = new("conv2d_sm80");

    Conv2dKernels Conv2dFor(DType type) => TensorCores(type) ? s_conv2d80 : s_conv2d;

    void Conv2dForwardOwn(TensorView x, TensorView w, TensorView? bias, TensorView y, in ConvSpec spec)
    {
        int filters = w.Shape[0], depth = w.Shape[1] * w.Shape[2] * w.Shape[3];
        var args = new Conv2dArgs(x, y, w.Shape, w, spec);
        args.Gemm = new Gemm
        {
            C = y.Address, Bias = bias?.Address ?? 0, StrideM = filters, StrideN = 1,
            M = Conv2dArgs.Small(y.Count / filters, "pixels of y"), N = filters, K = depth, VectorA = Vector(x, x.Shape[3]),
            VectorB = Vector(w, depth),
        };
        bool narrow = filters <= NarrowColumns;
        Run(narrow ? Conv2dFor(x.Type).ForwardNarrow : Conv2dFor(x.Type).ForwardWide, narrow, x.Type, y.Type, ref args);
    }

    void Conv2dBackwardDataOwn(TensorView dy, TensorView w, TensorView dx, in ConvSpec spec)
    {
        int channels = dx.Shape[3];
        var args = new Conv2dArgs(dy, dx, w.Shape, w, spec);
        args.Gemm = new Gemm
        {
            C = dx.Address, StrideM = channels, StrideN = 1,
            M = Conv2dArgs.Small(dx.Count / channels, "pixels of x"), N = channels, K = args.Taps * args.Filters,
            VectorA = Vector(dy, args.Filters), VectorB = Vector(w, channels),
        };
        bool narrow = channels <= NarrowColumns;
        Run(narrow ? Conv2dFor(dy.Type).DataNarrow : Conv2dFor(dy.Type).DataWide, narrow, dy.Type, dx.Type, ref args);
    }

    void Conv2dBackwardFilterOwn(TensorView x, TensorView dy, TensorView dw, in ConvSpec spec)
    {
        var args = new Conv2dArgs(x, dy, dw.Shape, dy, spec);
        int filters = args.Filters, columns = args.Taps * args.C, vectorX = Vector(x, args.C), vectorDy = Vector(dy, filters);
        bool turned = filters <= NarrowColumns;
        args.Gemm = new Gemm
        {
            C = dw.Address, StrideM = turned ? 1 : columns, StrideN = turned ? columns : 1,
            M = turned ? columns : filters, N = turned ? filters : columns,
            K = Conv2dArgs.Small((long)dy.Shape[0] * args.GridSize, "pixels of y"), VectorA = turned ? vectorX : vectorDy,
            VectorB = turned ? vectorDy : vectorX,
        };
        Run(turned ? Conv2dFor(x.Type).FilterNarrow : Conv2dFor(x.Type).FilterWide, turned, x.Type, dw.Type, ref args);
    }

    void Run(KernelFamily kernel, bool narrow, DType type, DType result, ref Conv2dArgs args)
    {
        var grid = Cut(ref args.Gemm, Tile(type, narrow), 1, result);
        Launch(kernel, type, grid, args);
        SumParts(args.Gemm, result, args.Gemm.N);
    }
}

/// <summary>The kernels of a convolution; narrow ones for at most 16 filters, or channels in the data gradient.</summary>
sealed class Conv2dKernels(string stem)
{
    public KernelFamily ForwardWide { get; } = new(stem, "conv2d_forward_wide");
    public KernelFamily ForwardNarrow { get; } = new(stem, "conv2d_forward_narrow");
    public KernelFamily DataWide { get; } = new(stem, "conv2d_data_wide");
    public KernelFamily DataNarrow { get; } = new(stem, "conv2d_data_narrow");
    public KernelFamily FilterWide { get; } = new(stem, "conv2d_filter_wide");
    public KernelFamily FilterNarrow { get; } = new(stem, "conv2d_filter_narrow");
}
