using Ssgan.Engine;
using Ssgan.Gan.Losses;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>
/// SSGAN with label augmentation (Hou et al. 2021, "Self-Supervised GANs with Label Augmentation"): one task of eight classes,
/// four turns each of real and of fake images. Class 2k is a real image turned by k quarters, 2k + 1 a fake one. LA plays for
/// these classes alone, LA+ on upright images too.
/// </summary>
public sealed class SsganLaStep : RotationGanStep
{
    /// <summary>Four turns of real images, and four of fakes.</summary>
    internal const int TaskClasses = 8;

    readonly LabelAugmentedOptions _options;
    readonly Dictionary<RotationPlan, (Tensor Real, Tensor Fake)> _targets = [];

    /// <summary>New networks on a device.</summary>
    /// <param name="device">Where they live and are trained.</param>
    /// <param name="architecture">Sizes of both networks.</param>
    /// <param name="options">The algorithm's knobs.</param>
    /// <param name="optimisation">Rates, and the seed of everything random.</param>
    public SsganLaStep(Device device, Architecture architecture, LabelAugmentedOptions options,
        OptimisationSettings optimisation) : base(device, architecture, options, optimisation) => _options = options;

    /// <inheritdoc/>
    protected override bool PlaysUpright => _options.PlaysUpright;

    /// <summary>Loss of class 2k on x^k plus that of class 2k + 1 on G(z)^k (Hou et al. 2021, section 4).</summary>
    protected override (Tensor Loss, Tensor Accuracy) DiscriminatorTask(Tensor onReal, Tensor? onFake, RotationPlan turns)
    {
        ArgumentNullException.ThrowIfNull(onFake);
        var (real, fake) = Targets(turns);
        var loss = _options.ClassLoss == LabelAugmentedLoss.Hinge
            ? MultiClassHinge.Loss(onReal, real) + MultiClassHinge.Loss(onFake, fake)
            : Rotation.Loss(onReal, real).Loss + Rotation.Loss(onFake, fake).Loss;
        return (loss, Accuracy(TurnLogits(onReal), turns));
    }

    /// <summary>Loss of class 2k on G(z)^k minus that of class 2k + 1 (the same); hinges have no bound here.</summary>
    protected override (Tensor Loss, Tensor Accuracy) GeneratorTask(Tensor onFake, RotationPlan turns)
    {
        var (real, fake) = Targets(turns);
        var loss = _options.ClassLoss == LabelAugmentedLoss.Hinge
            ? MultiClassHinge.Lag(onFake, real) - MultiClassHinge.Lag(onFake, fake)
            : Rotation.Loss(onFake, real).Loss - Rotation.Loss(onFake, fake).Loss;
        return (loss, Accuracy(TurnLogits(onFake), turns));
    }

    /// <summary>The two classes of a turn as one, as constants: ln(e^real + e^fake).</summary>
    static Tensor TurnLogits(Tensor logits)
    {
        const int turns = TaskClasses / 2;
        return logits.Detach().Reshape(logits.Shape[0], turns, 2).LogSumExp([2]).Reshape(logits.Shape[0], turns);
    }

    /// <summary>The classes of real and of fake images; kept, as captured updates read them at every replay.</summary>
    (Tensor Real, Tensor Fake) Targets(RotationPlan turns)
    {
        ArgumentNullException.ThrowIfNull(turns);
        if (_targets.TryGetValue(turns, out var targets)) return targets;
        int[] labels = turns.Labels.ToArray<int>();
        return _targets[turns] = (Classes(0), Classes(1));

        Tensor Classes(int fake) => Device.From(Array.ConvertAll(labels, k => 2 * k + fake), turns.Labels.Shape).Own();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var (real, fake) in _targets.Values)
        {
            real.Dispose();
            fake.Dispose();
        }
        base.Dispose(disposing);
    }
}
