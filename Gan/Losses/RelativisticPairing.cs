using Ssgan.Engine;

namespace Ssgan.Gan.Losses;

/// <summary>
/// Relativistic pairing (Jolicoeur-Martineau 2018, section 4; Huang et al. 2024, eq. 2): each real image against the fake one of
/// the same place, by the difference of their logits (N, 1).
/// </summary>
public static class RelativisticPairing
{
    /// <summary>mean(softplus(−(D(x) − D(G(z))))).</summary>
    /// <exception cref="ArgumentException">The two are not of one shape.</exception>
    public static Tensor Discriminator(Tensor real, Tensor fake)
    {
        Check(real, fake);
        return (fake - real).Softplus().Mean();
    }

    /// <summary>mean(softplus(−(D(G(z)) − D(x)))).</summary>
    /// <exception cref="ArgumentException">The two are not of one shape.</exception>
    public static Tensor Generator(Tensor real, Tensor fake)
    {
        Check(real, fake);
        return (real - fake).Softplus().Mean();
    }

    // Shapes that broadcast would pair each with all.
    static void Check(Tensor real, Tensor fake)
    {
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(fake);
        if (real.Shape != fake.Shape)
            throw new ArgumentException(
                $"RelativisticPairing: logits of real images {real.Shape} do not pair with those of fakes {fake.Shape}.");
    }
}
