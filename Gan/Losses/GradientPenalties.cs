using Ssgan.Engine;

namespace Ssgan.Gan.Losses;

/// <summary>
/// Zero-centred gradient penalties (Mescheder et al. 2018, eq. 9 and 10): R1 on real images, R2 on fakes. Logits are summed
/// before they are differentiated, so no layer may mix the images of a batch.
/// </summary>
public static class GradientPenalties
{
    /// <summary>
    /// ½·mean(‖∇D(x)‖²) over the images of a batch: R1 of real images, R2 of fakes, which the caller scales by γ.
    /// </summary>
    /// <param name="logits">As of <see cref="SquaredNorms"/>.</param>
    /// <param name="images">As of <see cref="SquaredNorms"/>.</param>
    /// <exception cref="ArgumentException">As of <see cref="SquaredNorms"/>.</exception>
    public static Tensor ZeroCentred(Tensor logits, Tensor images) => SquaredNorms(logits, images).Mean() * 0.5f;

    /// <summary>
    /// ‖∇D(x)‖² (N), over the pixels and channels of each image; can be differentiated again. One whose gradient is 0 moves
    /// nothing.
    /// </summary>
    /// <param name="logits">What the discriminator makes of the images, (N, 1).</param>
    /// <param name="images">
    /// (N, H, W, C), a leaf that requires a gradient, from which the logits were computed: images before any augmentation.
    /// </param>
    /// <exception cref="ArgumentException">The images require no gradient, or there is not one logit for each.</exception>
    public static Tensor SquaredNorms(Tensor logits, Tensor images)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(images);
        if (images.Shape.Rank != 4 || logits.Count != images.Shape[0])
            throw new ArgumentException($"SquaredNorms: {logits.Shape} are no logits of images {images.Shape}, one of each.");
        var gradient = Autograd.Grad([logits], [images], createGraph: true)[0];
        return gradient.Square().Sum(1, 2, 3);
    }
}
