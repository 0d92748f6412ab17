using Ssgan.Engine.Kernels.Cpu.Convolution;
using Ssgan.Engine.Kernels.Cpu.Convolution.Winograd;
using Ssgan.Engine.Kernels.Cpu.Gemm;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    // All three are products without an im2col matrix: forward (pixels of y) x (filters) over (tap, channel of x); data gradient
    // (pixels of x) x (channels of x) over (tap, filter); filter gradient (filters) x (tap, channel of x) over the pixels of y.

    public override void Conv2dForward(TensorView x, TensorView w, TensorView? bias, TensorView y, in ConvSpec spec)
    {
        int filters = w.Shape[0], kernelH = w.Shape[1], kernelW = w.Shape[2], channels = w.Shape[3];
        if (SuitsWinograd(w.Shape, spec, y.Shape))
        {
            var tiles = new WinogradTiles(x.Shape, y.Shape, spec.Padding);
            WinogradConvolve(x.F32, tiles, channels, w.F32, turned: false, bias is { } add ? add.F32 : null, y.F32, filters);
            return;
        }
        var geometry = new ConvGeometry(x.F32, x.Shape[1], x.Shape[2], channels, y.Shape[1], y.Shape[2],
            kernelW, spec, transposed: false);
        int pixels = checked(y.Shape[0] * y.Shape[1] * y.Shape[2]), taps = kernelH * kernelW;
        var output = new GemmOutput(y.F32, filters, bias is { } b ? b.F32 : null, accumulate: false);
        Multiply(new ConvRows(geometry), new ColumnPanels(w.F32, (nint)taps * channels), output, pixels, filters, taps, channels);
    }

    public override void Conv2dBackwardData(TensorView dy, TensorView w, TensorView dx, in ConvSpec spec)
    {
        int filters = w.Shape[0], kernelH = w.Shape[1], kernelW = w.Shape[2], channels = w.Shape[3];
        if (SuitsWinograd(w.Shape, spec, dx.Shape))
        {
            // The filters turned by 180 degrees over the gradient: what was padded by p is now padded by 2 - p.
            WinogradConvolve(dy.F32, new WinogradTiles(dy.Shape, dx.Shape, 2 - spec.Padding), filters, w.F32,
                turned: true, null, dx.F32, channels);
            return;
        }
        var geometry = new ConvGeometry(dy.F32, dy.Shape[1], dy.Shape[2], filters, dx.Shape[1], dx.Shape[2],
            kernelW, spec, transposed: true);
        int pixels = checked(dx.Shape[0] * dx.Shape[1] * dx.Shape[2]), taps = kernelH * kernelW;
        var output = new GemmOutput(dx.F32, channels, null, accumulate: false);
        Multiply(new ConvRows(geometry), new RowPanels(w.F32, (nint)taps * channels, channels), output,
            pixels, channels, taps, filters);
    }

    public override void Conv2dBackwardFilter(TensorView x, TensorView dy, TensorView dw, in ConvSpec spec)
    {
        int filters = dw.Shape[0], kernelH = dw.Shape[1], kernelW = dw.Shape[2], channels = dw.Shape[3];
        if (SuitsWinograd(dw.Shape, spec, dy.Shape))
        {
            WinogradFilterGradient(x.F32, dy.F32, dw.F32, new WinogradTiles(x.Shape, dy.Shape, spec.Padding), channels, filters);
            // Infinities meet in the transforms, and huge values overflow there, where plain sums may have a result.
            if (AllFinite(dw.F32, dw.Count)) return;
        }
        int taps = kernelH * kernelW;
        if (SuitsGatheredGradient(dw.Shape, spec))
        {
            // The gradient through every tap turned by 180 degrees: what was padded by p is now padded by kernel - 1 - p.
            var geometry = new ConvGeometry(dy.F32, dy.Shape[1], dy.Shape[2], filters, x.Shape[1], x.Shape[2], kernelW,
                new ConvSpec(1, kernelW - 1 - spec.Padding), transposed: false);
            int pixels = checked(x.Shape[0] * x.Shape[1] * x.Shape[2]);
            SumPixels(new GatheredGradient(geometry, taps), new RowPanels(x.F32, channels, 0), dw.F32,
                checked(taps * filters), channels, pixels);
        }
        else
        {
            var geometry = new ConvGeometry(x.F32, x.Shape[1], x.Shape[2], channels, dy.Shape[1], dy.Shape[2],
                kernelW, spec, transposed: false);
            int pixels = checked(dy.Shape[0] * dy.Shape[1] * dy.Shape[2]);
            SumPixels(new MatrixColumns(dy.F32, filters), new ConvPanels(geometry), dw.F32, filters,
                checked(taps * channels), pixels);
        }
    }
}
