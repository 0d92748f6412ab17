using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Losses;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>
/// Wasserstein GAN with gradient penalty (Gulrajani et al. 2017, "Improved Training of Wasserstein GANs"), with the networks of
/// Mimicry: no normalisation in the discriminator, mean over its pixels, PyTorch's own initialisation of shortcuts.
/// </summary>
public sealed class WganGpStep : ResNetGanStep
{
    readonly float _penaltyScale;

    /// <summary>New networks on a device.</summary>
    /// <param name="device">Where they live and are trained.</param>
    /// <param name="architecture">Sizes of both networks.</param>
    /// <param name="options">The algorithm's knobs.</param>
    /// <param name="optimisation">Rates, and the seed of everything random.</param>
    public WganGpStep(Device device, Architecture architecture, WganGpOptions options, OptimisationSettings optimisation)
        : base(device, architecture, options, 0, optimisation) => _penaltyScale = options.PenaltyScale;

    /// <inheritdoc/>
    protected override DType ImageType => DType.F32;

    /// <inheritdoc/>
    public override void TrainDiscriminator(RealBatch real, Latent latent)
    {
        using var scope = Device.Scope();
        TrainDiscriminator(real, latent, Random.Uniform(new Shape(real.Count, 1, 1, 1), batchAxis: 0));
    }

    /// <summary>
    /// L_D = E[D(G(z))] − E[D(x)] + λ·E[(‖∇D(x̂)‖₂ − 1)²] at x̂ = α·x + (1 − α)·G(z): Gulrajani et al. 2017, eq. 3.
    /// </summary>
    /// <param name="real">Images.</param>
    /// <param name="latent">Noise (N, latent).</param>
    /// <param name="alpha">Weights of the real images, (N, 1, 1, 1) in [0, 1).</param>
    public void TrainDiscriminator(RealBatch real, Latent latent, Tensor alpha)
    {
        ArgumentNullException.ThrowIfNull(alpha);
        TrainDiscriminator(real, latent, judged => ("loss_d_penalty",
            _penaltyScale * Wasserstein.GradientPenalty(x => Judge(x).Logits, judged.Real, judged.Fake, alpha)));
    }
}
