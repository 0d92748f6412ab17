using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace Ssgan.Gan.Losses;

/// <summary>
/// The contrastive loss of InfoMax-GAN (Lee et al. 2021; van den Oord et al. 2018) as Mimicry computes it: an image's
/// global feature has to tell the image's own local features from those of the batch's other images.
/// </summary>
public static class InfoNce
{
    // Scores of an image's own places among its negatives. They stay in the softmax, where e⁻¹⁰ is little but not nothing.
    const float OwnScore = -10;

    /// <summary>
    /// Mean over images n and places j of −ln softmax at the positive score local[n, j]·global[n], among that score and those of
    /// all N·L places of the batch, local[k, q]·global[n], of which the own ones (k = n) count as −10. A scalar.
    /// </summary>
    /// <param name="local">Local features (N, H, W, D) or (N, L, D).</param>
    /// <param name="global">Global features (N, D).</param>
    /// <param name="ranks">Where ranks share a batch: who has the other images, whose places are negatives too.</param>
    /// <exception cref="ArgumentException">Shapes do not fit, or there is no image or place.</exception>
    public static Tensor Loss(Tensor local, Tensor global, ICommunicator? ranks = null)
    {
        ArgumentNullException.ThrowIfNull(local);
        ArgumentNullException.ThrowIfNull(global);
        if (local.Shape.Rank is not (3 or 4) || global.Shape.Rank != 2 || local.Shape[0] != global.Shape[0]
            || local.Shape[-1] != global.Shape[1])
        {
            throw new ArgumentException($"InfoNce: local features {local.Shape} must be (N, H, W, D) or (N, L, D), and the "
                + $"global {global.Shape} (N, D) with the same N and D.");
        }
        if (local.Count == 0) throw new ArgumentException($"InfoNce: local features {local.Shape} are empty.");
        int images = global.Shape[0], features = global.Shape[1], places = (int)(local.Count / images / features);
        local = local.Cast(DType.F32).Reshape(images, places, features);
        global = global.Cast(DType.F32);

        var positive = local.MatMul(global.Reshape(images, features, 1)).Reshape(images, places);
        var (everywhere, all, first) = ranks is null ? (local, images, 0)
            : (local.GatherOverRanks(ranks), images * ranks.Size, ranks.Rank * images);
        var scores = global.MatMul(everywhere.Reshape(all * places, features), transposeB: true);
        var own = (Tensor.Positions(global.Device, images) + first).OneHot(all);
        var negative = Tensor.Where(own.Reshape(images, all, 1), global.Device.Scalar(OwnScore),
            scores.Reshape(images, all, places)).Reshape(images, all * places);
        // The negatives of an image are the same for all its places, so −ln(eᵖ / (eᵖ + Σ eˢ)) = ln(1 + e^(ln Σ eˢ − p)).
        return (negative.LogSumExp([1], keepDims: true) - positive).Softplus().Mean();
    }
}
