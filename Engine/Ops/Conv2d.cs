using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// Cross-correlation of images (N, H, W, C) with filters (K, KH, KW, C), plus a bias (K): (N, OH, OW, K) with
    /// OH = ⌊(H + 2·padding − KH) / stride⌋ + 1, optionally followed by ReLU. Images and filters are both F32, or both BF16 with
    /// sums and bias in F32.
    /// </summary>
    /// <remarks>
    /// Sums are F32. The CPU makes 3x3 convolutions of stride 1 by Winograd's method, whose rounding errors are of the size of
    /// the largest values nearby (6 x 6 pixels), not of the result's own: see <see cref="Kernels.Cpu.CpuBackend.AllowWinograd"/>
    /// for the bound, and for how to have plain sums. An infinity or a NaN reaches the results whose windows hold it, and no
    /// others. GPUs use plain sums.
    /// </remarks>
    /// <exception cref="ArgumentException">Shapes do not fit; stride below 1 or padding below 0.</exception>
    public Tensor Conv2d(Tensor w, Tensor? bias = null, int stride = 1, int padding = 0, bool relu = false)
    {
        ArgumentNullException.ThrowIfNull(w);
        Guard.Real("Conv2d", this, w);
        Guard.F32("Conv2d", bias);
        Guard.SameDevice("Conv2d", this, w, bias);
        Guard.SameType("Conv2d", this, w);
        Guard.Rank("Conv2d", "x", this, 4);
        Guard.Rank("Conv2d", "w", w, 4);
        if (stride < 1 || padding < 0)
            throw new ArgumentException($"Conv2d: stride {stride} must be at least 1 and padding {padding} at least 0.");
        if (Shape[3] != w.Shape[3])
            throw new ArgumentException($"Conv2d: x {Shape} has {Shape[3]} channels, w {w.Shape} expects {w.Shape[3]}.");
        if (bias is not null) Guard.Shape("Conv2d", "bias", bias, new Shape(w.Shape[0]));
        var spec = new ConvSpec(stride, padding);
        if (Shape[1] + 2 * padding < w.Shape[1] || Shape[2] + 2 * padding < w.Shape[2])
            throw new ArgumentException($"Conv2d: x {Shape} with padding {padding} is smaller than the filter {w.Shape}.");

        var y = Device.Result(
            new Shape(Shape[0], spec.Output(Shape[1], w.Shape[1]), spec.Output(Shape[2], w.Shape[2]), w.Shape[0]), Type);
        if (relu) Backend.Conv2dReluForward(View, w.View, bias?.View, y.View, spec);
        else Backend.Conv2dForward(View, w.View, bias?.View, y.View, spec);
        return y.Record("Conv2d", [this, w, bias], relu ? [this, w, y] : [this, w], (spec, relu), static (g, s) =>
        {
            var (x, w, dy, spec) = (g.Saved(0), g.Saved(1), s.relu ? ReluGrad(g.Upstream, g.Saved(2)) : g.Upstream, s.spec);
            if (g.Needs(0)) g[0] = Conv2dBackwardData(dy, w, x.Shape, spec);
            if (g.Needs(1)) g[1] = Conv2dBackwardFilter(x, dy, w.Shape, spec);
            if (g.Needs(2)) g[2] = dy.SumTo(new Shape(w.Shape[0]));
        });
    }

    /// <summary>dx from dy and w: linear in both, so its own gradients are a convolution and a filter gradient.</summary>
    static Tensor Conv2dBackwardData(Tensor dy, Tensor w, Shape x, ConvSpec spec)
    {
        var dx = dy.Device.Result(x, dy.Type);
        dy.Backend.Conv2dBackwardData(dy.View, w.View, dx.View, spec);
        return dx.Record("Conv2dBackwardData", [dy, w], [dy, w], spec, static (g, spec) =>
        {
            var (dy, w, ddx) = (g.Saved(0), g.Saved(1), g.Upstream);
            if (g.Needs(0)) g[0] = ddx.Conv2d(w, null, spec.Stride, spec.Padding);
            if (g.Needs(1)) g[1] = Conv2dBackwardFilter(ddx, dy, w.Shape, spec);
        });
    }

    /// <summary>dw from x and dy: linear in both.</summary>
    static Tensor Conv2dBackwardFilter(Tensor x, Tensor dy, Shape w, ConvSpec spec)
    {
        var dw = x.Device.Result(w, x.Type);
        x.Backend.Conv2dBackwardFilter(x.View, dy.View, dw.View, spec);
        return dw.Record("Conv2dBackwardFilter", [x, dy], [x, dy], spec, static (g, spec) =>
        {
            var (x, dy, ddw) = (g.Saved(0), g.Saved(1), g.Upstream);
            if (g.Needs(0)) g[0] = Conv2dBackwardData(dy, ddw, x.Shape, spec);
            if (g.Needs(1)) g[1] = x.Conv2d(ddw, null, spec.Stride, spec.Padding);
        });
    }
}
