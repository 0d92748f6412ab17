using Ssgan.Engine.Kernels.Cpu.Convolution;
using Ssgan.Engine.Kernels.Cpu.Convolution.Winograd;
using Ssgan.Engine.Kernels.Cpu.Gemm;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    // All three are products without an im2col matrix: forward (pixels of y) x (filters) over (tap, channel of x); data gradient
    // (pixels of x) x (channels of x) over (tap, filter); filter gradient (filters) x (tap, channel of x) over the pixels of y.
    // With groups there is one for each, of a part of the channels and of the filters.

    /// <inheritdoc/>
    public override void Conv2dForward(TensorView x, TensorView w, TensorView? bias, TensorView y, in ConvSpec spec)
    {
        float* add = bias is { } b ? b.F32 : null;
        if (SuitsDepthwise(w.Shape, spec))
        {
            DepthwiseConvolve(x, w, add, y, spec, transposed: false);
            return;
        }
        var group = new ConvGroup(w.Shape, spec);
        if (SuitsWinograd(w.Shape, spec, y.Shape))
        {
            WinogradConvolve(new WinogradArrays(x.F32, w.F32, turned: false, add, y.F32),
                new WinogradTiles(WinogradShape.Three, x.Shape, y.Shape, spec.Top, spec.Left), group.Channels, group.Filters,
                spec.Groups);
            return;
        }
        if (WinogradConvolveWide(x, w, add, y, spec)) return;
        int pixels = checked(y.Shape[0] * y.Shape[1] * y.Shape[2]), terms = group.Taps * group.Channels;
        for (int g = 0; g < spec.Groups; g++)
        {
            var output = new GemmOutput(y.F32 + g * group.Filters, y.Shape[3], add == null ? null : add + g * group.Filters,
                accumulate: false);
            Multiply(new ConvRows(group.Geometry(g, x, group.Channels, y.Shape, spec, transposed: false)),
                new ColumnPanels(w.F32 + g * group.Floats, terms), output, pixels, group.Filters, group.Taps, group.Channels);
        }
    }

    /// <inheritdoc/>
    public override void Conv2dBackwardData(TensorView dy, TensorView w, TensorView dx, in ConvSpec spec)
    {
        if (SuitsDepthwise(w.Shape, spec))
        {
            DepthwiseConvolve(dy, w, null, dx, spec, transposed: true);
            return;
        }
        var group = new ConvGroup(w.Shape, spec);
        if (SuitsWinograd(w.Shape, spec, dx.Shape))
        {
            // The filters turned by 180 degrees over the gradient: what was padded by p is now padded by 2 - p.
            WinogradConvolve(new WinogradArrays(dy.F32, w.F32, turned: true, null, dx.F32),
                new WinogradTiles(WinogradShape.Three, dy.Shape, dx.Shape, 2 - spec.Top, 2 - spec.Left), group.Filters,
                group.Channels, spec.Groups);
            return;
        }
        int pixels = checked(dx.Shape[0] * dx.Shape[1] * dx.Shape[2]);
        for (int g = 0; g < spec.Groups; g++)
        {
            var output = new GemmOutput(dx.F32 + g * group.Channels, dx.Shape[3], null, accumulate: false);
            Multiply(new ConvRows(group.Geometry(g, dy, group.Filters, dx.Shape, spec, transposed: true)),
                new RowPanels(w.F32 + g * group.Floats, (nint)group.Taps * group.Channels, group.Channels), output,
                pixels, group.Channels, group.Taps, group.Filters);
        }
    }

    /// <inheritdoc/>
    public override void Conv2dBackwardFilter(TensorView x, TensorView dy, TensorView dw, in ConvSpec spec)
    {
        if (SuitsDepthwise(dw.Shape, spec))
        {
            DepthwiseFilterGradient(x, dy, dw, spec);
            return;
        }
        var group = new ConvGroup(dw.Shape, spec);
        bool winograd = SuitsWinograd(dw.Shape, spec, dy.Shape);
        if (winograd)
        {
            WinogradFilterGradient(x.F32, dy.F32, dw.F32,
                new WinogradTiles(WinogradShape.Three, x.Shape, dy.Shape, spec.Top, spec.Left), group.Channels, group.Filters,
                spec.Groups);
        }
        for (int g = 0; g < spec.Groups; g++)
        {
            // Infinities meet in the transforms, and huge values overflow there, where plain sums may have a result.
            if (!winograd || !AllFinite(dw.F32 + g * group.Floats, group.Floats)) SumFilterGradient(x, dy, dw, spec, group, g);
        }
    }

    /// <summary>A group's filter gradient by plain sums.</summary>
    void SumFilterGradient(TensorView x, TensorView dy, TensorView dw, in ConvSpec spec, in ConvGroup group, int g)
    {
        float* to = dw.F32 + g * group.Floats;
        if (SuitsGatheredGradient(dw.Shape, spec))
        {
            // The gradient through every tap turned by 180 degrees: what was padded by p is now padded by the reach - 1 - p.
            var turned = spec with
            {
                Top = spec.ReachH(dw.Shape[1]) - 1 - spec.Top, Left = spec.ReachW(dw.Shape[2]) - 1 - spec.Left,
            };
            int pixels = checked(x.Shape[0] * x.Shape[1] * x.Shape[2]);
            SumPixels(new GatheredGradient(group.Geometry(g, dy, group.Filters, x.Shape, turned, transposed: false), group.Taps),
                new RowPanels(x.F32 + g * group.Channels, x.Shape[3], 0), to,
                checked(group.Taps * group.Filters), group.Channels, pixels);
        }
        else
        {
            int pixels = checked(dy.Shape[0] * dy.Shape[1] * dy.Shape[2]);
            SumPixels(new MatrixColumns(dy.F32 + g * group.Filters, dy.Shape[3]),
                new ConvPanels(group.Geometry(g, x, group.Channels, dy.Shape, spec, transposed: false)), to, group.Filters,
                checked(group.Taps * group.Channels), pixels);
        }
    }
}

/// <summary>Sizes of a group of filters of shape <paramref name="w"/>.</summary>
readonly unsafe struct ConvGroup(Shape w, in ConvSpec spec)
{
    readonly int _kernelW = w[2];

    /// <summary>Filters of a group.</summary>
    public int Filters { get; } = w[0] / spec.Groups;

    /// <summary>Channels of x in a group.</summary>
    public int Channels { get; } = w[3];

    public int Taps { get; } = w[1] * w[2];

    /// <summary>Floats of a group's filters.</summary>
    public nint Floats => (nint)Filters * Taps * Channels;

    /// <summary>How a grid of a shape reads a group's part of an image, so many channels.</summary>
    public ConvGeometry Geometry(int group, TensorView image, int channels, Shape grid, in ConvSpec spec, bool transposed) =>
        new(image.F32 + (nint)group * channels, image.Shape[1], image.Shape[2], channels, image.Shape[3], grid[1], grid[2],
            _kernelW, spec, transposed);
}
