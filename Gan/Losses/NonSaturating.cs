using Ssgan.Engine;

namespace Ssgan.Gan.Losses;

/// <summary>
/// The original GAN's cross-entropy with the non-saturating generator loss (Goodfellow et al. 2014, section 3), on logits (N, 1).
/// </summary>
public static class NonSaturating
{
    /// <summary>−mean(ln σ(D(x))) − mean(ln(1 − σ(D(G(z))))).</summary>
    public static Tensor Discriminator(Tensor real, Tensor fake)
    {
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(fake);
        return real.Neg().Softplus().Mean() + fake.Softplus().Mean();
    }

    /// <summary>−mean(ln σ(D(G(z)))).</summary>
    public static Tensor Generator(Tensor fake)
    {
        ArgumentNullException.ThrowIfNull(fake);
        return fake.Neg().Softplus().Mean();
    }

    /// <summary>
    /// −mean(ln(σ(D(G(z))) + 1e-8)), as Mimicry has it: at most 18.42, and its gradient dies where the discriminator is sure of a
    /// fake, below logits of about −18.
    /// </summary>
    public static Tensor GeneratorWithFloor(Tensor fake)
    {
        ArgumentNullException.ThrowIfNull(fake);
        const float floor = 1e-8f;
        return (fake.Sigmoid() + floor).Log().Mean().Neg();
    }
}
