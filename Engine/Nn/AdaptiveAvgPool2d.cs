using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Nn;

/// <summary>
/// Images (N, H, W, C) of any size to one size, by means over PyTorch's windows: row i of OH is the mean of rows ⌊i·H / OH⌋ to
/// ⌈(i + 1)·H / OH⌉ − 1, and columns likewise; windows overlap where the sizes do not divide. F32 sums.
/// </summary>
public sealed class AdaptiveAvgPool2d : Layer
{
    readonly int _height, _width;

    /// <summary>A square.</summary>
    /// <param name="side">Its side; 1 is the mean over the image.</param>
    /// <exception cref="ArgumentException">A side below 1.</exception>
    public AdaptiveAvgPool2d(int side = 1) : this(side, side)
    {
    }

    /// <param name="height">Rows of the result.</param>
    /// <param name="width">Columns of the result.</param>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public AdaptiveAvgPool2d(int height, int width)
    {
        if (height < 1 || width < 1)
            throw new ArgumentException($"AdaptiveAvgPool2d: the size {height} x {width} must be at least 1 x 1.");
        (_height, _width) = (height, width);
    }

    /// <summary>(N, H, W, C) to (N, height, width, C) of the same type.</summary>
    /// <exception cref="ArgumentException">Not images, or empty ones.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        Guard.Rank("AdaptiveAvgPool2d", "x", x, 4);
        int n = x.Shape[0], h = x.Shape[1], w = x.Shape[2], c = x.Shape[3];
        if (h == 0 || w == 0) throw new ArgumentException($"AdaptiveAvgPool2d: x {x.Shape} has no pixels.");
        if ((h, w) == (_height, _width)) return x;
        if ((_height, _width) == (1, 1)) return x.Mean([1, 2], keepDims: true).Cast(x.Type);
        if (h % _height == 0 && w % _width == 0 && h / _height == w / _width) return x.AvgPool2d(h / _height);
        // A mean over a rectangle is one over rows of means over columns, and each is a product with a small matrix.
        var y = x.Cast(DType.F32);
        if (h != _height) y = Windows(x.Device, _height, h, n).MatMul(y.Reshape(n, h, w * c));
        y = y.Reshape(n * _height, w, c);
        if (w != _width) y = Windows(x.Device, _width, w, n * _height).MatMul(y);
        return y.Reshape(n, _height, _width, c).Cast(x.Type);
    }

    /// <summary>
    /// (batch, outputs, inputs): 1 / length where input j is in the window of output i. Made on the device, so that a step can be
    /// captured: j is in it if (j + 1)·outputs is above i·inputs and (i + 1)·inputs above j·outputs. Whole numbers below 2²⁴.
    /// </summary>
    static Tensor Windows(Device device, int outputs, int inputs, int batch)
    {
        var i = Tensor.Positions(device, outputs).Cast(DType.F32).Reshape(outputs, 1);
        var j = Tensor.Positions(device, inputs).Cast(DType.F32).Reshape(1, inputs);
        var inside = ((j.Affine(outputs, outputs) > i * inputs) & (i.Affine(inputs, inputs) > j * outputs)).Cast(DType.F32);
        return (inside / inside.Sum([1], keepDims: true)).BroadcastTo(new Shape(batch, outputs, inputs));
    }
}
