using Ssgan.Engine;

namespace Ssgan.Gan.Augmentation;

/// <summary>
/// Resampling of images along their two axes apart, bilinear, with zeros beyond the border: a product with a matrix of weights of
/// the rows and another of the columns of each image. It is linear in the images, and so its gradient is the transposed product,
/// whose order of summing is fixed. Shifts, scales and mirrors are of this kind, turns by any angle are not.
/// </summary>
static class AxisSampling
{
    /// <summary>
    /// Weights (N, S, S) of places to sample: max(0, 1 − |at[n, i] − j|) in row i and column j, so at most two of a row are not
    /// 0, and none that lies beyond the border counts.
    /// </summary>
    /// <param name="at">Places (N, S) in pixels; a whole number is the centre of a pixel.</param>
    /// <param name="grid">0, 1, … S − 1 (S).</param>
    public static Tensor Weights(Tensor at, Tensor grid) =>
        (1 - (at.Reshape(at.Shape[0], at.Shape[1], 1) - grid.Reshape(1, 1, -1)).Abs()).Relu();

    /// <summary>Images (N, S, S, C) resampled by the weights of their rows and columns, both (N, S, S).</summary>
    public static Tensor Sample(Tensor images, Tensor rows, Tensor columns)
    {
        int n = images.Shape[0], size = images.Shape[1], c = images.Shape[3];
        var x = rows.MatMul(images.Reshape(n, size, size * c)).Reshape(n, size, size, c);
        x = columns.MatMul(x.Permute(0, 2, 1, 3).Reshape(n, size, size * c)).Reshape(n, size, size, c);
        return x.Permute(0, 2, 1, 3);
    }
}
