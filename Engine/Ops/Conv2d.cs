using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary><see cref="Conv2d(Tensor, Tensor, ConvSpec, bool)"/> with one stride and padding, and no groups.</summary>
    public Tensor Conv2d(Tensor w, Tensor? bias = null, int stride = 1, int padding = 0, bool relu = false) =>
        Conv2d(w, bias, new ConvSpec(stride, padding), relu);

    /// <summary>
    /// Cross-correlation of images (N, H, W, C) with filters (K, KH, KW, C / groups), plus a bias (K): (N, OH, OW, K) with
    /// OH = ⌊(H + top + bottom − dilation·(KH − 1) − 1) / stride⌋ + 1, optionally followed by ReLU. Filter k sees the channels of
    /// its group alone, see <see cref="ConvSpec"/>. Images and filters are both F32, or both BF16 with sums and bias in F32.
    /// </summary>
    /// <remarks>
    /// Sums are F32. The CPU makes convolutions of stride 1 by Winograd's method where it serves, 3x3 ones above all, whose
    /// rounding errors are of the size of the largest values nearby (6 x 6 pixels), not of the result's own: see <see
    /// cref="Kernels.Cpu.CpuBackend.AllowWinograd"/> for the bound, and for how to have plain sums. An infinity or a NaN
    /// reaches the results whose windows hold it, and no others. GPUs use plain sums.
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// Shapes do not fit; a stride, dilation or number of groups below 1, a padding below 0; groups that do not divide channels
    /// and filters.
    /// </exception>
    public Tensor Conv2d(Tensor w, Tensor? bias, ConvSpec spec, bool relu = false)
    {
        ArgumentNullException.ThrowIfNull(w);
        CheckConvolution("Conv2d", w, bias, spec);
        if (Shape[3] % spec.Groups != 0 || w.Shape[0] % spec.Groups != 0)
        {
            throw new ArgumentException($"Conv2d: {spec.Groups} groups do not divide the {Shape[3]} channels of x {Shape} and "
                + $"the {w.Shape[0]} filters of w {w.Shape}.");
        }
        if (Shape[3] != (long)w.Shape[3] * spec.Groups)
        {
            throw new ArgumentException($"Conv2d: x {Shape} has {Shape[3]} channels, w {w.Shape} expects "
                + $"{w.Shape[3]}{(spec.Groups == 1 ? "" : $" in each of {spec.Groups} groups")}.");
        }
        if (bias is not null) Guard.Shape("Conv2d", "bias", bias, new Shape(w.Shape[0]));
        if (Shape[1] + spec.Top + spec.Bottom < spec.ReachH(w.Shape[1])
            || Shape[2] + spec.Left + spec.Right < spec.ReachW(w.Shape[2]))
            throw new ArgumentException($"Conv2d: x {Shape} is smaller than the filter {w.Shape} with {spec}.");

        var y = Device.Result(
            new Shape(Shape[0], spec.OutputH(Shape[1], w.Shape[1]), spec.OutputW(Shape[2], w.Shape[2]), w.Shape[0]), Type);
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

    /// <summary>What a convolution and a transposed one ask of their operands.</summary>
    void CheckConvolution(string operation, Tensor w, Tensor? bias, in ConvSpec spec)
    {
        Guard.Real(operation, this, w);
        Guard.F32(operation, bias);
        Guard.SameDevice(operation, this, w, bias);
        Guard.SameType(operation, this, w);
        Guard.Rank(operation, "x", this, 4);
        Guard.Rank(operation, "w", w, 4);
        AtLeast("stride", Math.Min(spec.StrideH, spec.StrideW), 1);
        AtLeast("padding", Math.Min(Math.Min(spec.Top, spec.Bottom), Math.Min(spec.Left, spec.Right)), 0);
        AtLeast("dilation", Math.Min(spec.DilationH, spec.DilationW), 1);
        AtLeast("groups", spec.Groups, 1);

        void AtLeast(string name, int value, int least)
        {
            if (value < least) throw new ArgumentException($"{operation}: {name} {value} must be at least {least}.");
        }
    }

    /// <summary>dx from dy and w: linear in both, so its own gradients are a convolution and a filter gradient.</summary>
    static Tensor Conv2dBackwardData(Tensor dy, Tensor w, Shape x, ConvSpec spec)
    {
        var dx = dy.Device.Result(x, dy.Type);
        dy.Backend.Conv2dBackwardData(dy.View, w.View, dx.View, spec);
        return dx.Record("Conv2dBackwardData", [dy, w], [dy, w], spec, static (g, spec) =>
        {
            var (dy, w, ddx) = (g.Saved(0), g.Saved(1), g.Upstream);
            if (g.Needs(0)) g[0] = ddx.Conv2d(w, null, spec);
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
            if (g.Needs(1)) g[1] = x.Conv2d(ddw, null, spec);
        });
    }
}
