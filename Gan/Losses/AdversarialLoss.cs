using Ssgan.Engine;

namespace Ssgan.Gan.Losses;

/// <summary>How two networks play against each other: the losses of their logits (N, 1), each a scalar.</summary>
/// <param name="Name">"hinge"; what --loss takes.</param>
/// <param name="Description">What it is, and of which paper.</param>
/// <param name="Discriminator">From the logits of real and of fake images.</param>
/// <param name="Generator">From the logits of fake images and, where <paramref name="IsRelativistic"/>, of real ones.</param>
/// <param name="IsRelativistic">Whether the generator's loss looks at real images too.</param>
/// <param name="HasPenalties">Whether R1 and R2 go with it, the squared slopes of D at real and at fake images.</param>
public sealed record AdversarialLoss(string Name, string Description, Func<Tensor, Tensor, Tensor> Discriminator,
    Func<Tensor, Tensor?, Tensor> Generator, bool IsRelativistic = false, bool HasPenalties = false)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<AdversarialLoss> All { get; } =
    [
        new("hinge", "hinge (Lim and Ye 2017)", Hinge.Discriminator, static (fake, _) => Hinge.Generator(fake)),
        new("ns", "non-saturating (Goodfellow et al. 2014), with Mimicry's floor of 1e-8 under the generator's probabilities",
            NonSaturating.Discriminator, static (fake, _) => NonSaturating.GeneratorWithFloor(fake)),
        new("logistic", "non-saturating without a floor", NonSaturating.Discriminator,
            static (fake, _) => NonSaturating.Generator(fake)),
        new("minimax", "the zero-sum game (Goodfellow et al. 2014)", Minimax.Discriminator,
            static (fake, _) => Minimax.Generator(fake)),
        new("wasserstein", "Wasserstein (Arjovsky et al. 2017)", Wasserstein.Discriminator,
            static (fake, _) => Wasserstein.Generator(fake)),
        new("rpgan", "relativistic pairing of each real image with a fake one (Huang et al. 2024)",
            RelativisticPairing.Discriminator, static (fake, real) => RelativisticPairing.Generator(real!, fake), true, true),
    ];

    /// <summary>The loss of a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static AdversarialLoss Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(l => l.Name == name)
            ?? throw new ArgumentException(
                $"There is no loss \"{name}\"; there are {string.Join(", ", All.Select(static l => l.Name))}.");
    }
}
