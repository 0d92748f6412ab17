using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

/// <summary>Twin of Conv2dArgs in kernels/conv2d.cuh.</summary>
[StructLayout(LayoutKind.Sequential)]
struct Conv2dArgs
{
    public nint Image, Other;
    public int H, W, C, Channels, GridW, GridSize, KernelW, Taps, Filters;
    public int StrideH, StrideW, Top, Left, DilationH, DilationW, Pitch;
    public IndexReciprocal ByGridSize, ByGridW, ByChannels, ByKernelW, ByStrideH, ByStrideW;
    public Gemm Gemm;

    /// <summary>The pixels of a grid read an image through the taps of a kernel of w's shape.</summary>
    public Conv2dArgs(TensorView image, TensorView grid, Shape w, TensorView other, in ConvSpec spec)
    {
        (Image, Other) = (image.Address, other.Address);
        (H, W, C) = (image.Shape[1], image.Shape[2], image.Shape[3]);
        Small((long)H * W * C, "elements in one image");
        Channels = C / spec.Groups;
        (GridW, GridSize) = (grid.Shape[2], grid.Shape[1] * grid.Shape[2]);
        (KernelW, Taps, Filters) = (w[2], w[1] * w[2], w[0] / spec.Groups);
        (StrideH, StrideW, Top, Left) = (spec.StrideH, spec.StrideW, spec.Top, spec.Left);
        (DilationH, DilationW, Pitch) = (spec.DilationH, spec.DilationW, w[0]);
        (ByGridSize, ByGridW, ByChannels, ByKernelW) = (new(GridSize), new(GridW), new(Channels), new(KernelW));
        (ByStrideH, ByStrideW) = (new(StrideH), new(StrideW));
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

    // The groups are the products' batches.

    void Conv2dForwardOwn(TensorView x, TensorView w, TensorView? bias, TensorView y, in ConvSpec spec)
    {
        var args = new Conv2dArgs(x, y, w.Shape, w, spec);
        int filters = args.Filters, depth = args.Taps * args.Channels;
        args.Gemm = new Gemm
        {
            C = y.Address, Bias = bias?.Address ?? 0, StrideM = y.Shape[3], StrideN = 1, BatchC = filters,
            M = Conv2dArgs.Small(y.Count / y.Shape[3], "pixels of y"), N = filters, K = depth,
            VectorA = Vector(x, args.Channels), VectorB = Vector(w, depth),
        };
        bool narrow = filters <= NarrowColumns;
        Run(narrow ? Conv2dFor(x.Type).ForwardNarrow : Conv2dFor(x.Type).ForwardWide, narrow, x.Type, y, spec.Groups, ref args);
    }

    void Conv2dBackwardDataOwn(TensorView dy, TensorView w, TensorView dx, in ConvSpec spec)
    {
        var args = new Conv2dArgs(dy, dx, w.Shape, w, spec);
        int channels = w.Shape[3];
        args.Gemm = new Gemm
        {
            C = dx.Address, StrideM = dx.Shape[3], StrideN = 1, BatchC = channels,
            M = Conv2dArgs.Small(dx.Count / dx.Shape[3], "pixels of x"), N = channels, K = args.Taps * args.Filters,
            VectorA = Vector(dy, args.Filters), VectorB = Vector(w, channels),
        };
        bool narrow = channels <= NarrowColumns;
        Run(narrow ? Conv2dFor(dy.Type).DataNarrow : Conv2dFor(dy.Type).DataWide, narrow, dy.Type, dx, spec.Groups, ref args);
    }

    void Conv2dBackwardFilterOwn(TensorView x, TensorView dy, TensorView dw, in ConvSpec spec)
    {
        var args = new Conv2dArgs(x, dy, dw.Shape, dy, spec);
        int filters = args.Filters, columns = args.Taps * args.Channels;
        int vectorX = Vector(x, args.Channels), vectorDy = Vector(dy, filters);
        bool turned = filters <= NarrowColumns;
        args.Gemm = new Gemm
        {
            C = dw.Address, StrideM = turned ? 1 : columns, StrideN = turned ? columns : 1, BatchC = (long)filters * columns,
            M = turned ? columns : filters, N = turned ? filters : columns,
            K = Conv2dArgs.Small((long)dy.Shape[0] * args.GridSize, "pixels of y"), VectorA = turned ? vectorX : vectorDy,
            VectorB = turned ? vectorDy : vectorX,
        };
        Run(turned ? Conv2dFor(x.Type).FilterNarrow : Conv2dFor(x.Type).FilterWide, turned, x.Type, dw, spec.Groups, ref args);
    }

    void Run(KernelFamily kernel, bool narrow, DType type, TensorView result, int groups, ref Conv2dArgs args)
    {
        var grid = Cut(ref args.Gemm, Tile(type, narrow), groups, result.Type);
        Launch(kernel, type, grid, args);
        SumParts(args.Gemm, result.Type, result.Shape[3]);
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
