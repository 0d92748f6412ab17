using Ssgan.Engine;

namespace Ssgan.Gan.Losses;

/// <summary>The original GAN's zero-sum game (Goodfellow et al. 2014, eq. 1), on logits (N, 1).</summary>
public static class Minimax
{
    /// <summary>−mean(ln σ(D(x))) − mean(ln(1 − σ(D(G(z))))).</summary>
    public static Tensor Discriminator(Tensor real, Tensor fake) => NonSaturating.Discriminator(real, fake);

    /// <summary>mean(ln(1 − σ(D(G(z))))).</summary>
    public static Tensor Generator(Tensor fake)
    {
        ArgumentNullException.ThrowIfNull(fake);
        return fake.Softplus().Mean().Neg();
    }
}
