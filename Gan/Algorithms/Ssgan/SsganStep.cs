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
public sealed class SsganStep : ResNetGanStep
{
    readonly SsganOptions _options;
    readonly Dictionary<int, RotationPlan> _turns = [];

    public SsganStep(Device device, Architecture architecture, SsganOptions options, OptimisationSettings optimisation)
        : base(device, architecture, new(), Variant(options), optimisation) => _options = options;

    static DiscriminatorOptions Variant(SsganOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new() { ShortcutFromRelu = options.ShortcutFromRelu };
    }

    /// <summary>
    /// L_D = E[max(0, 1 − D(x))] + E[max(0, 1 + D(G(z)))] + β·E[−log Q_D(R = r | x^r)]: Chen et al. 2019, eq. 3, with the hinge
    /// loss.
    /// </summary>
    public override void TrainDiscriminator(RealBatch real, Tensor z)
    {
        ArgumentNullException.ThrowIfNull(z);
        using var scope = Device.Scope();
        var turns = Turns(real.Count);
        var (upright, turned) = real.WithTurned(turns, ActivationType);
        var fake = Draw(z);

        var outputs = Judge(upright, fake, turned);
        var (onReal, onFake) = (outputs[0].Logits, outputs[1].Logits);
        LogitsObserver?.Invoke("d_real", onReal);
        LogitsObserver?.Invoke("d_fake", onFake);
        var adversarial = Hinge.Discriminator(onReal, onFake);
        var (rotation, accuracy) = Rotation.Loss(outputs[2].Rotation!, turns.Labels);

        Minimise("d", adversarial + _options.RealRotationScale * rotation, DiscriminatorOptimizer);

        Stats.Add("loss_d", adversarial);
        Stats.Add("loss_d_rotation", rotation);
        Stats.Add("rotation_accuracy_real", accuracy);
        Stats.Add("d_real", onReal.Mean());
        Stats.Add("d_fake", onFake.Mean());
    }

    /// <summary>L_G = −E[D(G(z))] + α·E[−log Q_D(R = r | G(z)^r)]: Chen et al. 2019, eq. 2, with the hinge loss.</summary>
    public override void TrainGenerator(Tensor z)
    {
        ArgumentNullException.ThrowIfNull(z);
        using var scope = Device.Scope();
        using var frozen = Discriminator.Frozen();
        var fake = Generator.Forward(z);
        var turns = Turns(z.Shape[0]);
        var outputs = Judge(fake, turns.Turn(fake));
        LogitsObserver?.Invoke("g_fake", outputs[0].Logits);
        var adversarial = Hinge.Generator(outputs[0].Logits);
        var (rotation, accuracy) = Rotation.Loss(outputs[1].Rotation!, turns.Labels);

        Minimise("g", adversarial + _options.FakeRotationScale * rotation, GeneratorOptimizer);

        Stats.Add("loss_g", adversarial);
        Stats.Add("loss_g_rotation", rotation);
        Stats.Add("rotation_accuracy_fake", accuracy);
    }

    /// <summary>The plan of a batch size, kept: captured updates read it at every replay.</summary>
    RotationPlan Turns(int count)
    {
        if (_turns.TryGetValue(count, out var turns)) return turns;
        return _turns[count] = new RotationPlan(Device, count, _options.RotationBatch);
    }

    /// <summary>The discriminator on each batch.</summary>
    DiscriminatorOutput[] Judge(params Tensor[] batches)
    {
        if (!_options.OnePass) return [.. batches.Select(Discriminator.Forward)];
        var (logits, rotation) = Discriminator.Forward(Tensor.Concat(batches, 0));
        var outputs = new DiscriminatorOutput[batches.Length];
        for (int i = 0, start = 0; i < batches.Length; start += batches[i++].Shape[0])
            outputs[i] = new(logits.Slice(0, start, batches[i].Shape[0]), rotation!.Slice(0, start, batches[i].Shape[0]));
        return outputs;
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var turns in _turns.Values) turns.Dispose();
        base.Dispose(disposing);
    }
}
