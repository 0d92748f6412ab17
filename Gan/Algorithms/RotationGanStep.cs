using Ssgan.Engine;
using Ssgan.Gan.Losses;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>
/// What the GANs share that play on upright images and have a task beside: to tell of turned images by how many quarters they
/// were turned. A derived class says what the task is to each network.
/// </summary>
public abstract class RotationGanStep : ResNetGanStep
{
    readonly RotationGanOptions _options;
    readonly Dictionary<int, RotationPlan> _turns = [];

    /// <param name="device">Where it runs.</param>
    /// <param name="architecture">The networks' shapes.</param>
    /// <param name="options">Weights of the task, and which images turn.</param>
    /// <param name="optimisation">Learning rate, Adam's and the average's decays, seed.</param>
    protected RotationGanStep(Device device, Architecture architecture, RotationGanOptions options,
        OptimisationSettings optimisation)
        : base(device, architecture, options, 0, optimisation) => _options = options;

    /// <summary>Whether the networks also play on upright images.</summary>
    protected virtual bool PlaysUpright => true;

    /// <summary>Whether the discriminator's task has turned generated images too.</summary>
    protected virtual bool DiscriminatorSeesTurnedFakes => true;

    /// <summary>The discriminator's loss of the task, and the share of turned real images whose turn it tells; scalars.</summary>
    /// <param name="onReal">What it said of turned real images (M, K).</param>
    /// <param name="onFake">What it said of turned generated images (M, K), where it sees any.</param>
    /// <param name="turns">Their turns.</param>
    protected abstract (Tensor Loss, Tensor Accuracy) DiscriminatorTask(Tensor onReal, Tensor? onFake, RotationPlan turns);

    /// <summary>The generator's loss of the task, and the share of its turned images whose turn is told; scalars.</summary>
    /// <param name="onFake">What the discriminator said of turned generated images (M, K).</param>
    /// <param name="turns">Their turns.</param>
    protected abstract (Tensor Loss, Tensor Accuracy) GeneratorTask(Tensor onFake, RotationPlan turns);

    /// <inheritdoc/>
    public override void TrainDiscriminator(RealBatch real, Latent latent)
    {
        using var scope = Device.Scope();
        var turns = Turns(real.Count);
        var (upright, turned) = real.WithTurned(turns, ImageType);
        var fake = Draw(latent);
        var (uprightReal, uprightFake) = (Leaf(upright), Leaf(fake));

        Tensor[] batches = [.. PlaysUpright ? [uprightReal, uprightFake] : Array.Empty<Tensor>(), turned,
            .. DiscriminatorSeesTurnedFakes ? [turns.Turn(fake)] : Array.Empty<Tensor>()];
        int task = PlaysUpright ? 2 : 0;
        var outputs = Judge(batches, task);
        var (onReal, onFake) = (outputs[0].Logits, outputs[1].Logits);
        var adversarial = PlaysUpright ? Adversarial(onReal, onFake) : null;
        var (rotation, accuracy) = DiscriminatorTask(outputs[task].Rotation!,
            DiscriminatorSeesTurnedFakes ? outputs[task + 1].Rotation : null, turns);
        var scaled = _options.RealRotationScale * rotation;

        if (adversarial is null) Minimise("d", scaled, DiscriminatorOptimizer);
        else MinimiseDiscriminator(adversarial + scaled, new(uprightReal, outputs[0], uprightFake, outputs[1]));

        if (adversarial is not null) Stats.Add("loss_d", adversarial);
        Stats.Add("loss_d_rotation", rotation);
        Stats.Add("rotation_accuracy_real", accuracy);
        if (adversarial is null) return;
        Stats.Add("d_real", onReal.Mean());
        Stats.Add("d_fake", onFake.Mean());
    }

    /// <inheritdoc/>
    public override void TrainGenerator(Latent latent, RealBatch? real = null)
    {
        using var scope = Device.Scope();
        using var frozen = Discriminator.Frozen();
        var fake = Generator.Forward(latent);
        var turns = Turns(latent.Count);
        var outputs = Judge([.. PlaysUpright ? [fake] : Array.Empty<Tensor>(), turns.Turn(fake)], PlaysUpright ? 1 : 0);
        var adversarial = PlaysUpright ? Adversarial(outputs[0].Logits, real) : null;
        var (rotation, accuracy) = GeneratorTask(outputs[^1].Rotation!, turns);
        var scaled = _options.FakeRotationScale * rotation;

        Minimise("g", adversarial is null ? scaled : adversarial + scaled, GeneratorOptimizer);

        if (adversarial is not null) Stats.Add("loss_g", adversarial);
        Stats.Add("loss_g_rotation", rotation);
        Stats.Add("rotation_accuracy_fake", accuracy);
    }

    /// <summary>Share of the images whose turn has the largest of four logits (M, 4), for tasks whose loss has others.</summary>
    protected static Tensor Accuracy(Tensor turnLogits, RotationPlan turns)
    {
        ArgumentNullException.ThrowIfNull(turnLogits);
        ArgumentNullException.ThrowIfNull(turns);
        using var noGrad = turnLogits.Device.NoGrad();
        return Rotation.Loss(turnLogits, turns.Labels).Accuracy;
    }

    /// <summary>The plan of a batch size, kept: captured updates read it at every replay.</summary>
    RotationPlan Turns(int count)
    {
        if (_turns.TryGetValue(count, out var turns)) return turns;
        return _turns[count] = new RotationPlan(Device, count, _options.RotationBatch, Ranks);
    }

    /// <summary>The discriminator on each batch.</summary>
    /// <param name="batches">Upright images, then turned ones.</param>
    /// <param name="upright">How many batches are upright.</param>
    DiscriminatorOutput[] Judge(Tensor[] batches, int upright)
    {
        Tensor[] seen = [.. batches.Select((x, i) => i < upright ? Augmented(x) : AugmentedTurned(x))];
        if (!_options.OnePass) return [.. seen.Select(x => Discriminator.Forward(x))];
        var (logits, rotation) = Discriminator.Forward(Tensor.Concat(seen, 0));
        var outputs = new DiscriminatorOutput[batches.Length];
        for (int i = 0, start = 0; i < batches.Length; start += batches[i++].Shape[0])
            outputs[i] = new(logits.Slice(0, start, batches[i].Shape[0]), rotation!.Slice(0, start, batches[i].Shape[0]));
        return outputs;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var turns in _turns.Values) turns.Dispose();
        base.Dispose(disposing);
    }
}
