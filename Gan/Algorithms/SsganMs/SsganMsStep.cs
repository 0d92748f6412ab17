using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Losses;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>
/// SSGAN with a minimax self-supervised task (Tran et al. 2019, "Self-supervised GAN: Analysis and Improvement with Multi-class
/// Minimax Game"): the rotation task has a fifth class, turned fakes, so that a generator whose images are all alike no longer
/// wins it.
/// </summary>
public sealed class SsganMsStep : RotationGanStep
{
    /// <summary>Four turns of real images, and fakes of any turn.</summary>
    internal const int TaskClasses = 5;

    readonly Dictionary<int, Tensor> _fakes = [];

    /// <summary>New networks on a device.</summary>
    /// <param name="device">Where they live and are trained.</param>
    /// <param name="architecture">Sizes of both networks.</param>
    /// <param name="options">The algorithm's knobs.</param>
    /// <param name="optimisation">Rates, and the seed of everything random.</param>
    public SsganMsStep(Device device, Architecture architecture, SsganMsOptions options, OptimisationSettings optimisation)
        : base(device, architecture, options, optimisation)
    {
    }

    /// <summary>E[−log C_k(x^k)] + E[−log C_5(G(z)^k)].</summary>
    protected override (Tensor Loss, Tensor Accuracy) DiscriminatorTask(Tensor onReal, Tensor? onFake, RotationPlan turns)
    {
        ArgumentNullException.ThrowIfNull(turns);
        ArgumentNullException.ThrowIfNull(onFake);
        var loss = Rotation.Loss(onReal, turns.Labels).Loss + Rotation.Loss(onFake, Fakes(onFake)).Loss;
        return (loss, Accuracy(TurnLogits(onReal), turns));
    }

    /// <summary>E[−log C_k(G(z)^k)] − E[−log C_5(G(z)^k)].</summary>
    protected override (Tensor Loss, Tensor Accuracy) GeneratorTask(Tensor onFake, RotationPlan turns)
    {
        ArgumentNullException.ThrowIfNull(onFake);
        ArgumentNullException.ThrowIfNull(turns);
        var loss = Rotation.Loss(onFake, turns.Labels).Loss - Rotation.Loss(onFake, Fakes(onFake)).Loss;
        return (loss, Accuracy(TurnLogits(onFake), turns));
    }

    /// <summary>The logits without that of fakes, as constants.</summary>
    static Tensor TurnLogits(Tensor logits) => logits.Detach().Slice(1, 0, TaskClasses - 1);

    /// <summary>The class of fakes for each image; kept, as captured updates read it at every replay.</summary>
    Tensor Fakes(Tensor logits)
    {
        int count = logits.Shape[0];
        if (_fakes.TryGetValue(count, out var labels)) return labels;
        return _fakes[count] = Device.Full(new Shape(count), TaskClasses - 1, DType.I32).Own();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var labels in _fakes.Values) labels.Dispose();
        base.Dispose(disposing);
    }
}
