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
}
