using Ssgan.Engine;

namespace Ssgan.Gan.Losses;

/// <summary>Hinge loss (Lim and Ye 2017; Miyato et al. 2018, eq. 16 and 17). Logits (N, 1) to a scalar.</summary>
public static class Hinge
{
    /// <summary>mean(max(0, 1 − D(x))) + mean(max(0, 1 + D(G(z)))).</summary>
    public static Tensor Discriminator(Tensor real, Tensor fake)
    {
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(fake);
        return Tensor.HingeDiscriminator(real, fake);
    }

    /// <summary>−mean(D(G(z))).</summary>
    public static Tensor Generator(Tensor fake)
    {
        ArgumentNullException.ThrowIfNull(fake);
        return fake.Mean().Neg();
    }
}
