using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;
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
    // Mimicry makes these convolutions anew after its own initialisation, so PyTorch's stays.
    internal static GeneratorOptions GeneratorVariant { get; } =
        new() { ShortcutWeight = Init.PyTorchWeight, LastWeight = Init.PyTorchWeight };

    internal static DiscriminatorOptions DiscriminatorVariant { get; } = new()
    {
        RotationHead = false, SpectralNorm = false, Pooling = PixelPooling.Mean, ShortcutWeight = Init.PyTorchWeight,
    };

    readonly float _penaltyScale;

    public WganGpStep(Device device, Architecture architecture, WganGpOptions options, OptimisationSettings optimisation)
        : base(device, architecture, GeneratorVariant, Given(options), optimisation) => _penaltyScale = options.PenaltyScale;

    static DiscriminatorOptions Given(WganGpOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return DiscriminatorVariant;
    }

    public override void TrainDiscriminator(RealBatch real, Tensor z)
    {
        using var scope = Device.Scope();
        TrainDiscriminator(real, z, Random.Uniform(new Shape(real.Count, 1, 1, 1)));
    }

    /// <summary>
    /// L_D = E[D(G(z))] − E[D(x)] + λ·E[(‖∇D(x̂)‖₂ − 1)²] at x̂ = α·x + (1 − α)·G(z): Gulrajani et al. 2017, eq. 3.
    /// </summary>
    /// <param name="real">Images.</param>
    /// <param name="z">Noise (N, latent).</param>
    /// <param name="alpha">Weights of the real images, (N, 1, 1, 1) in [0, 1).</param>
    public void TrainDiscriminator(RealBatch real, Tensor z, Tensor alpha)
    {
        ArgumentNullException.ThrowIfNull(z);
        ArgumentNullException.ThrowIfNull(alpha);
        using var scope = Device.Scope();
        var (images, fake) = (real.Images(), Draw(z));
        var onReal = Discriminator.Forward(images).Logits;
        var onFake = Discriminator.Forward(fake).Logits;
        LogitsObserver?.Invoke("d_real", onReal);
        LogitsObserver?.Invoke("d_fake", onFake);
        var adversarial = Wasserstein.Discriminator(onReal, onFake);
        var penalty = _penaltyScale * Wasserstein.GradientPenalty(x => Discriminator.Forward(x).Logits, images, fake, alpha);

        Minimise("d", adversarial + penalty, DiscriminatorOptimizer);

        Stats.Add("loss_d", adversarial);
        Stats.Add("loss_d_penalty", penalty);
        Stats.Add("d_real", onReal.Mean());
        Stats.Add("d_fake", onFake.Mean());
    }

    /// <summary>L_G = −E[D(G(z))].</summary>
    public override void TrainGenerator(Tensor z) => TrainGenerator(z, Wasserstein.Generator);
}
