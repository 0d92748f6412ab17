using Ssgan.Engine;
using Ssgan.Engine.Kernels;
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
    readonly Dictionary<RotationPlan, Target[]> _targets = [];

    public SsganLaStep(Device device, Architecture architecture, LabelAugmentedOptions options,
        OptimisationSettings optimisation) : base(device, architecture, options, optimisation) => _options = options;

    protected override bool PlaysUpright => _options.PlaysUpright;

    /// <summary>Loss of class 2k on x^k plus that of class 2k + 1 on G(z)^k (Hou et al. 2021, section 4).</summary>
    protected override Tensor DiscriminatorTask(Tensor onReal, Tensor? onFake, RotationPlan turns)
    {
        ArgumentNullException.ThrowIfNull(onFake);
        var (real, fake) = Targets(turns);
        return _options.ClassLoss == LabelAugmentedLoss.Hinge
            ? MultiClassHinge.Loss(onReal, real.OneHot) + MultiClassHinge.Loss(onFake, fake.OneHot)
            : Rotation.Loss(onReal, real.Labels).Loss + Rotation.Loss(onFake, fake.Labels).Loss;
    }

    /// <summary>Loss of class 2k on G(z)^k minus that of class 2k + 1 (the same); hinges have no bound here.</summary>
    protected override Tensor GeneratorTask(Tensor onFake, RotationPlan turns)
    {
        var (real, fake) = Targets(turns);
        return _options.ClassLoss == LabelAugmentedLoss.Hinge
            ? MultiClassHinge.Lag(onFake, real.OneHot) - MultiClassHinge.Lag(onFake, fake.OneHot)
            : Rotation.Loss(onFake, real.Labels).Loss - Rotation.Loss(onFake, fake.Labels).Loss;
    }

    /// <summary>The two classes of a turn as one: ln(e^real + e^fake).</summary>
    protected override Tensor TurnLogits(Tensor rotation)
    {
        ArgumentNullException.ThrowIfNull(rotation);
        int turns = TaskClasses / 2;
        return rotation.Reshape(rotation.Shape[0], turns, 2).LogSumExp([2]).Reshape(rotation.Shape[0], turns);
    }

    /// <summary>The classes of real and of fake images; kept, as captured updates read them at every replay.</summary>
    (Target Real, Target Fake) Targets(RotationPlan turns)
    {
        ArgumentNullException.ThrowIfNull(turns);
        if (!_targets.TryGetValue(turns, out var targets))
        {
            int[] labels = turns.Labels.ToArray<int>();
            targets = _targets[turns] = [new(Device, labels, 0), new(Device, labels, 1)];
        }
        return (targets[0], targets[1]);
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var target in _targets.Values.SelectMany(static t => t)) target.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>A class for each image, as a number and as a row of zeros and a one.</summary>
    sealed class Target : IDisposable
    {
        public Target(Device device, int[] turns, int fake)
        {
            int[] classes = Array.ConvertAll(turns, k => 2 * k + fake);
            float[] rows = new float[classes.Length * TaskClasses];
            for (int i = 0; i < classes.Length; i++) rows[i * TaskClasses + classes[i]] = 1;
            Labels = device.From(classes, new Shape(classes.Length)).Own();
            OneHot = device.From(rows, new Shape(classes.Length, TaskClasses)).Own();
        }

        public Tensor Labels { get; }

        public Tensor OneHot { get; }

        public void Dispose()
        {
            Labels.Dispose();
            OneHot.Dispose();
        }
    }
}
