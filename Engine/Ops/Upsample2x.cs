using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// Images (N, H, W, C) at twice the height and width; bilinear is PyTorch's with align_corners = false, binomial the
    /// transposed convolution of each channel with [1, 3, 3, 1] / 4 in each direction.
    /// </summary>
    /// <exception cref="ArgumentException">Not images, or an empty height or width.</exception>
    public Tensor Upsample2x(UpsampleMode mode = UpsampleMode.Bilinear)
    {
        Guard.Real("Upsample2x", this);
        Guard.Rank("Upsample2x", "x", this, 4);
        if (Shape[1] == 0 || Shape[2] == 0) throw new ArgumentException($"Upsample2x: x {Shape} has no pixels to enlarge.");
        var y = Device.Result(new Shape(Shape[0], 2 * Shape[1], 2 * Shape[2], Shape[3]), Type);
        Backend.Upsample2x(View, y.View, mode);
        return y.Record("Upsample2x", [this], [], mode, static (g, mode) => g[0] = Upsample2xBackward(g.Upstream, mode));
    }

    static Tensor Upsample2xBackward(Tensor dy, UpsampleMode mode)
    {
        var dx = dy.Device.Result(new Shape(dy.Shape[0], dy.Shape[1] / 2, dy.Shape[2] / 2, dy.Shape[3]), dy.Type);
        dy.Backend.Upsample2xBackward(dy.View, dx.View, mode);
        return dx.Record("Upsample2xBackward", [dy], [], mode, static (g, mode) => g[0] = g.Upstream.Upsample2x(mode));
    }
}
