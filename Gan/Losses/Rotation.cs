using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace Ssgan.Gan.Losses;

/// <summary>Which images of a batch are turned, and how far.</summary>
public enum RotationBatch
{
    /// <summary>Every image once; image i of N by label ⌊4i / N⌋ (Mimicry).</summary>
    Quarters,
    /// <summary>The first quarter of the images, each in all four directions (compare_gan).</summary>
    FourAnglesOfAQuarter,
}

/// <summary>
/// The self-supervised task: tell by how many quarter turns an image was rotated (Chen et al. 2019, section 3).
/// </summary>
public static class Rotation
{
    /// <summary>Turned images and their labels, I32 in {0, 1, 2, 3}, counter-clockwise.</summary>
    /// <param name="images">(N, S, S, C), N at least 1 (at least 4 for four angles of a quarter).</param>
    /// <param name="policy">Which images turn.</param>
    /// <exception cref="ArgumentException">The images are not square, or there are too few.</exception>
    public static (Tensor Images, Tensor Labels) Rotate(Tensor images, RotationBatch policy = RotationBatch.Quarters)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Shape.Rank != 4 || images.Shape[1] != images.Shape[2])
            throw new ArgumentException(
                $"Rotation: images {images.Shape} are not square (N, S, S, C); a quarter turn would change their shape.");
        int n = images.Shape[0];
        if (policy == RotationBatch.FourAnglesOfAQuarter)
        {
            if (n < 4)
                throw new ArgumentException(
                    $"Rotation: a quarter of {n} images is none; four angles of a quarter need a batch of at least 4.");
            var quarter = images.Slice(0, 0, n / 4);
            images = Tensor.Concat([quarter, quarter, quarter, quarter], 0);
        }
        else if (n == 0)
        {
            throw new ArgumentException($"Rotation: the batch {images.Shape} is empty.");
        }
        return (images.RotateQuarters(out var labels), labels);
    }

    /// <summary>
    /// Mean cross-entropy of logits (N, 4) with labels (N), and the share of the images whose largest logit is the label's; the
    /// latter has no gradient. Both are scalars.
    /// </summary>
    public static (Tensor Loss, Tensor Accuracy) Loss(Tensor logits, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(labels);
        var losses = logits.SoftmaxCrossEntropy(labels, out var correct);
        return (losses.Mean(), correct.Mean());
    }
}
