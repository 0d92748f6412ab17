using Ssgan.Engine;
using Ssgan.Gan.Losses;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>
/// Self-supervised GAN (Chen et al. 2019, "Self-Supervised GANs via Auxiliary Rotation Loss"): hinge loss on upright images; the
/// discriminator also learns by how many quarter turns real images were rotated, and the generator draws images whose turns it
/// can tell.
/// </summary>
public sealed class SsganStep(Device device, Architecture architecture, SsganOptions options, OptimisationSettings optimisation)
    : RotationGanStep(device, architecture, options, optimisation)
{
    /// <inheritdoc/>
    protected override bool DiscriminatorSeesTurnedFakes => false;

    /// <summary>E[−log Q_D(R = r | x^r)]: Chen et al. 2019, eq. 3.</summary>
    protected override (Tensor Loss, Tensor Accuracy) DiscriminatorTask(Tensor onReal, Tensor? onFake, RotationPlan turns)
    {
        ArgumentNullException.ThrowIfNull(turns);
        return Rotation.Loss(onReal, turns.Labels);
    }

    /// <summary>E[−log Q_D(R = r | G(z)^r)]: Chen et al. 2019, eq. 2.</summary>
    protected override (Tensor Loss, Tensor Accuracy) GeneratorTask(Tensor onFake, RotationPlan turns)
    {
        ArgumentNullException.ThrowIfNull(turns);
        return Rotation.Loss(onFake, turns.Labels);
    }
}
