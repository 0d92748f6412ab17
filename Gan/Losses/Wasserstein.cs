using Ssgan.Engine;

namespace Ssgan.Gan.Losses;

/// <summary>Wasserstein loss (Arjovsky et al. 2017, algorithm 1). Logits (N, 1) to a scalar.</summary>
public static class Wasserstein
{
    /// <summary>mean(D(G(z))) − mean(D(x)).</summary>
    public static Tensor Discriminator(Tensor real, Tensor fake)
    {
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(fake);
        return fake.Mean() - real.Mean();
    }

    /// <summary>−mean(D(G(z))).</summary>
    public static Tensor Generator(Tensor fake)
    {
        ArgumentNullException.ThrowIfNull(fake);
        return fake.Mean().Neg();
    }

    /// <summary>
    /// mean((‖∇D(x̂)‖₂ − 1)²) at points between real and fake images (Gulrajani et al. 2017, eq. 3); the caller scales it (by 10
    /// in the paper). An image whose gradient is 0 adds 1 and moves no weight.
    /// </summary>
    /// <param name="discriminator">Images (N, S, S, C) to logits.</param>
    /// <param name="real">Images (N, S, S, C).</param>
    /// <param name="fake">Images of the same shape.</param>
    /// <param name="random">Source of the mixing weights, one per image.</param>
    public static Tensor GradientPenalty(Func<Tensor, Tensor> discriminator, Tensor real, Tensor fake, Rng random)
    {
        ArgumentNullException.ThrowIfNull(discriminator);
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(fake);
        ArgumentNullException.ThrowIfNull(random);
        return GradientPenalty(discriminator, real, fake, random.Uniform(new(real.Shape[0], 1, 1, 1), batchAxis: 0));
    }

    /// <summary>The same with given mixing weights.</summary>
    /// <param name="discriminator">Images (N, S, S, C) to logits.</param>
    /// <param name="real">Images (N, S, S, C).</param>
    /// <param name="fake">Images of the same shape.</param>
    /// <param name="weight">How much of each real image a point has, (N, 1, 1, 1) in [0, 1].</param>
    public static Tensor GradientPenalty(Func<Tensor, Tensor> discriminator, Tensor real, Tensor fake, Tensor weight)
    {
        ArgumentNullException.ThrowIfNull(discriminator);
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(fake);
        ArgumentNullException.ThrowIfNull(weight);
        Tensor between;
        using (real.Device.NoGrad()) between = fake + weight * (real - fake);
        between.RequiresGrad = true;
        var gradient = Autograd.Grad([discriminator(between)], [between], createGraph: true)[0];
        return (gradient.Norm(1, 2, 3) - 1).Square().Mean();
    }
}
