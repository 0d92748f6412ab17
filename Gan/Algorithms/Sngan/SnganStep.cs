using Ssgan.Engine;
using Ssgan.Gan.Losses;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>
/// GAN with spectral normalisation of the discriminator and hinge loss (Miyato et al. 2018, "Spectral Normalization for
/// Generative Adversarial Networks"; the networks of Mimicry).
/// </summary>
public sealed class SnganStep(Device device, Architecture architecture, OptimisationSettings optimisation)
    : ResNetGanStep(device, architecture, new(), DiscriminatorVariant, optimisation)
{
    internal static DiscriminatorOptions DiscriminatorVariant { get; } = new() { RotationHead = false };

    /// <summary>L_D = E[max(0, 1 − D(x))] + E[max(0, 1 + D(G(z)))]: Miyato et al. 2018, eq. 16.</summary>
    public override void TrainDiscriminator(RealBatch real, Tensor z)
    {
        ArgumentNullException.ThrowIfNull(z);
        using var scope = Device.Scope();
        var onReal = Discriminator.Forward(real.Images(ActivationType)).Logits;
        var onFake = Discriminator.Forward(Draw(z)).Logits;
        LogitsObserver?.Invoke("d_real", onReal);
        LogitsObserver?.Invoke("d_fake", onFake);
        var loss = Hinge.Discriminator(onReal, onFake);

        Minimise("d", loss, DiscriminatorOptimizer);

        Stats.Add("loss_d", loss);
        Stats.Add("d_real", onReal.Mean());
        Stats.Add("d_fake", onFake.Mean());
    }

    /// <summary>L_G = −E[D(G(z))]: Miyato et al. 2018, eq. 17.</summary>
    public override void TrainGenerator(Tensor z) => TrainGenerator(z, Hinge.Generator);
}
