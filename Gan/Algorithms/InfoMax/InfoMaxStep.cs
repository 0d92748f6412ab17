using Ssgan.Engine;
using Ssgan.Gan.Losses;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>
/// InfoMax-GAN (Lee et al. 2021, "InfoMax-GAN: Improved Adversarial Image Generation via Information Maximization and Contrastive
/// Learning"): both networks also raise the mutual information of an image's features with those of its places, the
/// discriminator of real images and the generator of its own.
/// </summary>
public sealed class InfoMaxStep : ResNetGanStep
{
    readonly InfoMaxOptions _options;

    /// <summary>New networks on a device.</summary>
    /// <param name="device">Where they live and are trained.</param>
    /// <param name="architecture">Sizes of both networks.</param>
    /// <param name="options">The algorithm's knobs.</param>
    /// <param name="optimisation">Rates, and the seed of everything random.</param>
    public InfoMaxStep(Device device, Architecture architecture, InfoMaxOptions options, OptimisationSettings optimisation)
        : base(device, architecture, options, 0, optimisation) => _options = options;

    /// <summary>L_D = adversarial loss + α·InfoNCE of real images: Lee et al. 2021, eq. 9.</summary>
    public override void TrainDiscriminator(RealBatch real, Latent latent) =>
        TrainDiscriminator(real, latent, judged => ("loss_d_contrast", _options.RealContrastScale * Contrast(judged.OnReal)));

    /// <summary>L_G = adversarial loss + β·InfoNCE of generated images: Lee et al. 2021, eq. 8.</summary>
    public override void TrainGenerator(Latent latent, RealBatch? real = null) =>
        TrainGenerator(latent, real, onFake => ("loss_g_contrast", _options.FakeContrastScale * Contrast(onFake)));

    Tensor Contrast(DiscriminatorOutput output)
    {
        var (local, global) = ((InfoMaxDiscriminator)Discriminator).Project(output);
        return InfoNce.Loss(local, global, Ranks);
    }
}
