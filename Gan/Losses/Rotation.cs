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
    /// <summary>Every image in all four directions: four times the batch (Hou et al. 2021).</summary>
    FourAnglesOfAll,
}

/// <summary>
/// The self-supervised task: tell by how many quarter turns an image was rotated (Chen et al. 2019, section 3).
/// </summary>
public static class Rotation
{
    /// <summary>
    /// By how many quarters each turned image of a batch is turned, and so its label: I32 (M) in {0, 1, 2, 3}. A constant of
    /// policy and size: keep it where updates repeat.
    /// </summary>
    /// <param name="device">Where the labels are.</param>
    /// <param name="batch">How many images there are before the policy chooses M of them: at least 1 (4 for four angles).</param>
    /// <param name="policy">Which images turn.</param>
    /// <exception cref="ArgumentException">There are too few images.</exception>
    public static Tensor Turns(Device device, int batch, RotationBatch policy = RotationBatch.Quarters)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (policy == RotationBatch.FourAnglesOfAQuarter && batch < 4)
            throw new ArgumentException(
                $"Rotation: a quarter of {batch} images is none; four angles of a quarter need a batch of at least 4.");
        if (batch < 1) throw new ArgumentException($"Rotation: the batch of {batch} images is empty.");
        int count = Count(batch, policy);
        return device.From([.. Enumerable.Range(0, count).Select(i => (int)(4L * i / count))], new Shape(count));
    }

    /// <summary>Turned images and their labels, I32 in {0, 1, 2, 3}, counter-clockwise.</summary>
    /// <param name="images">(N, S, S, C), N at least 1 (at least 4 for four angles of a quarter).</param>
    /// <param name="policy">Which images turn.</param>
    /// <exception cref="ArgumentException">The images are not square, or there are too few.</exception>
    public static (Tensor Images, Tensor Labels) Rotate(Tensor images, RotationBatch policy = RotationBatch.Quarters)
    {
        ArgumentNullException.ThrowIfNull(images);
        CheckSquare(images);
        var turns = Turns(images.Device, images.Shape[0], policy);
        return (Rotate(images, turns, policy), turns);
    }

    /// <summary>The turned images, with labels that are at hand: nothing is uploaded.</summary>
    /// <param name="images">(N, S, S, C).</param>
    /// <param name="turns">What <see cref="Turns"/> makes for N images and this policy.</param>
    /// <param name="policy">Which images turn.</param>
    /// <exception cref="ArgumentException">The images are not square, or the turns are of another number of images.</exception>
    public static Tensor Rotate(Tensor images, Tensor turns, RotationBatch policy = RotationBatch.Quarters)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(turns);
        CheckSquare(images);
        if (policy == RotationBatch.FourAnglesOfAQuarter) images = images.Slice(0, 0, images.Shape[0] / 4);
        if (policy != RotationBatch.Quarters) images = Tensor.Concat([images, images, images, images], 0);
        return images.Rotate90(turns);
    }

    static int Count(int batch, RotationBatch policy) => policy switch
    {
        RotationBatch.Quarters => batch,
        RotationBatch.FourAnglesOfAQuarter => batch / 4 * 4,
        _ => checked(batch * 4),
    };

    static void CheckSquare(Tensor images)
    {
        if (images.Shape.Rank != 4 || images.Shape[1] != images.Shape[2])
            throw new ArgumentException(
                $"Rotation: images {images.Shape} are not square (N, S, S, C); a quarter turn would change their shape.");
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
