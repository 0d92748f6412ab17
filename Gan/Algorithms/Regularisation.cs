using Ssgan.Engine;
using Ssgan.Engine.Nn;
using Ssgan.Gan.Augmentation;
using Ssgan.Gan.Losses;

namespace Ssgan.Gan.Algorithms;

/// <summary>What keeps a discriminator from learning too much of too few images: augmentation, LeCam, and R1 and R2.</summary>
sealed class Regularisation : IDisposable
{
    readonly ImageAugmentation? _augmentation;
    readonly LeCam? _leCam;
    readonly bool _penalises;
    readonly float _gamma;

    /// <param name="device">Where the networks are.</param>
    /// <param name="options">How much of each.</param>
    /// <param name="loss">With R1 and R2 or without.</param>
    /// <param name="size">Image side.</param>
    public Regularisation(Device device, GanOptions options, AdversarialLoss loss, int size)
    {
        (_penalises, _gamma) = (loss.HasPenalties, options.Gamma);
        _augmentation = AugmentationPolicy.Create(options.Augment, device, size, options.AugmentTarget, options.TurnsImages);
        if (options.Lecam > 0) _leCam = new LeCam(device, options.Lecam);
        if (options.TurnsImages && AugmentationPolicy.OfTurned(options.Augment) is { } notice) Notices = [notice];
    }

    /// <summary>Sentences for the run's log.</summary>
    public IReadOnlyList<string> Notices { get; } = [];

    /// <summary>What is not trained but saved, by its name in a checkpoint.</summary>
    public IEnumerable<(string Name, Module Module)> State()
    {
        if (_augmentation?.State is { } state) yield return ("augment", state);
        if (_leCam is not null) yield return ("lecam", _leCam);
    }

    /// <summary>Upright images as the discriminator sees them.</summary>
    public Tensor Upright(Tensor images, Rng random) => _augmentation?.Upright(images, random) ?? images;

    /// <summary>Images of a task on turned ones as the discriminator sees them.</summary>
    public Tensor Turned(Tensor images, Rng random) => _augmentation?.Turned(images, random) ?? images;

    /// <summary>Images that gradients flow to, where there are penalties on them; else as they are.</summary>
    public Tensor Leaf(Tensor images)
    {
        if (!_penalises) return images;
        var leaf = images.Detach();
        leaf.RequiresGrad = true;
        return leaf;
    }

    /// <summary>
    /// γ/2·(E[‖∇D(x)‖²] + E[‖∇D(G(z))‖²]): R1 and R2 (Mescheder et al. 2018, eq. 9 and 10), of images that are
    /// <see cref="Leaf"/>; null where the loss has none.
    /// </summary>
    public Tensor? Penalty(Tensor onReal, Tensor real, Tensor onFake, Tensor fake, StepStats stats)
    {
        if (!_penalises) return null;
        var r1 = GradientPenalties.SquaredNorms(onReal, real).Mean();
        var r2 = GradientPenalties.SquaredNorms(onFake, fake).Mean();
        stats.Add("loss_d_r1", r1);
        stats.Add("loss_d_r2", r2);
        return _gamma / 2 * (r1 + r2);
    }

    /// <summary>LeCam's term of logits (N, 1), reported; null without it.</summary>
    public Tensor? LeCamTerm(Tensor onReal, Tensor onFake, StepStats stats)
    {
        if (_leCam?.Loss(onReal, onFake) is not { } term) return null;
        stats.Add("loss_d_lecam", term);
        return term;
    }

    /// <summary>Follows the logits of an update.</summary>
    public void Follow(Tensor onReal, Tensor onFake, StepStats stats)
    {
        _leCam?.Follow(onReal, onFake);
        _augmentation?.Observe(onReal, stats.Add);
    }

    /// <summary>What adapts to the images goes by those of all ranks. (LeCam's averages are means, which the means of ranks
    /// follow.)</summary>
    public void Distribute(ICommunicator ranks) => _augmentation?.Distribute(ranks);

    /// <summary>Frees what <see cref="State"/> does not have.</summary>
    public void Dispose() => _augmentation?.Dispose();
}
