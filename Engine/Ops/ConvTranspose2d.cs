using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// <see cref="ConvTranspose2d(Tensor, Tensor, ConvSpec, ValueTuple{int, int})"/> with one stride, padding and output padding,
    /// and no groups.
    /// </summary>
    public Tensor ConvTranspose2d(Tensor w, Tensor? bias = null, int stride = 1, int padding = 0, int outputPadding = 0) =>
        ConvTranspose2d(w, bias, new ConvSpec(stride, padding), (outputPadding, outputPadding));

    /// <summary>
    /// Transposed convolution of images (N, H, W, C) with filters (C, KH, KW, K / groups), plus a bias (K): (N, OH, OW, K) with
    /// OH = (H − 1)·stride − top − bottom + dilation·(KH − 1) + output padding + 1. It is the gradient by the images of
    /// <see cref="Conv2d(Tensor, Tensor, ConvSpec, bool)"/> with the same filters and spec, from images of K channels to C:
    /// PyTorch's conv_transpose2d, whose filters (C, K / groups, KH, KW) are these with the axes in another order. Images and
    /// filters are both F32, or both BF16 with sums in F32.
    /// </summary>
    /// <param name="w">The filters.</param>
    /// <param name="bias">F32 (K), or null.</param>
    /// <param name="spec">Stride, padding, dilation and groups of the convolution that is transposed.</param>
    /// <param name="outputPadding">
    /// Rows and columns more at the bottom and at the right, below the stride: images of several sizes become one of this size.
    /// </param>
    /// <exception cref="ArgumentException">
    /// Shapes do not fit; a stride, dilation or number of groups below 1, a padding below 0; groups that do not divide the
    /// channels; an output padding outside [0, stride); nothing would be left of the images.
    /// </exception>
    public Tensor ConvTranspose2d(Tensor w, Tensor? bias, ConvSpec spec, (int H, int W) outputPadding = default)
    {
        ArgumentNullException.ThrowIfNull(w);
        CheckConvolution("ConvTranspose2d", w, bias, spec);
        if (Shape[3] != w.Shape[0])
        {
            throw new ArgumentException(
                $"ConvTranspose2d: x {Shape} has {Shape[3]} channels, w {w.Shape} expects {w.Shape[0]}.");
        }
        if (Shape[3] % spec.Groups != 0)
        {
            throw new ArgumentException(
                $"ConvTranspose2d: {spec.Groups} groups do not divide the {Shape[3]} channels of x {Shape}.");
        }
        if (outputPadding.H < 0 || outputPadding.H >= spec.StrideH || outputPadding.W < 0 || outputPadding.W >= spec.StrideW)
        {
            throw new ArgumentException($"ConvTranspose2d: output padding {outputPadding} must be at least 0 and below the "
                + $"stride ({spec.StrideH}, {spec.StrideW}).");
        }
        int channels = checked(w.Shape[3] * spec.Groups);
        if (bias is not null) Guard.Shape("ConvTranspose2d", "bias", bias, new Shape(channels));
        int h = checked((Shape[1] - 1) * spec.StrideH - spec.Top - spec.Bottom + spec.ReachH(w.Shape[1]) + outputPadding.H);
        int width = checked((Shape[2] - 1) * spec.StrideW - spec.Left - spec.Right + spec.ReachW(w.Shape[2]) + outputPadding.W);
        if (h < 1 || width < 1)
            throw new ArgumentException($"ConvTranspose2d: nothing is left of x {Shape} with filters {w.Shape} and {spec}.");
        var y = Conv2dBackwardData(this, w, new Shape(Shape[0], h, width, channels), spec);
        return bias is null ? y : y + bias.Cast(Type);
    }
}
