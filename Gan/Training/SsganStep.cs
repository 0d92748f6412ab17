using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;
using Ssgan.Engine.Optim;
using Ssgan.Gan.Losses;
using Ssgan.Gan.Models;

namespace Ssgan.Gan.Training;

/// <summary>The knobs of SSGAN's two updates.</summary>
public sealed record SsganOptions
{
    /// <summary>Learning rate of both networks at the start.</summary>
    public float LearningRate { get; init; } = 2e-4f;

    /// <summary>Adam's decay of the gradient's mean.</summary>
    public double Beta1 { get; init; }

    /// <summary>Adam's decay of the squared gradient's mean.</summary>
    public double Beta2 { get; init; } = 0.9;

    /// <summary>Weight of the rotation loss of real images in the discriminator's loss.</summary>
    public float RealRotationScale { get; init; } = 1.0f;

    /// <summary>Weight of the rotation loss of fake images in the generator's loss.</summary>
    public float FakeRotationScale { get; init; } = 0.2f;

    /// <summary>Which images turn.</summary>
    public RotationBatch RotationBatch { get; init; } = RotationBatch.Quarters;

    /// <summary>Whether residual shortcuts of the discriminator see ReLU(x) or x.</summary>
    public bool ShortcutFromRelu { get; init; } = true;

    /// <summary>
    /// Whether all images of an update go through the discriminator as one batch, so that its weights are normalised once, after
    /// one power iteration (compare_gan), instead of before each batch anew (Mimicry). With u and v at rest both give the same
    /// losses and gradients.
    /// </summary>
    public bool OnePass { get; init; }

    /// <summary>Decay of the averaged generator that samples are drawn from; 0 keeps none.</summary>
    public float EmaDecay { get; init; }

    /// <summary>
    /// Element type of both networks' activations: F32, or BF16 where the device computes in it. Parameters, optimizers,
    /// statistics and losses are F32.
    /// </summary>
    public DType Compute { get; init; }
}

/// <summary>
/// Self-supervised GAN (Chen et al. 2019, "Self-Supervised GANs via Auxiliary Rotation Loss"): hinge loss on upright images; the
/// discriminator also learns by how many quarter turns real images were rotated, and the generator draws images whose
/// turns it can tell.
/// </summary>
public sealed class SsganStep : GanStep
{
    readonly SsganOptions _options;
    readonly ResNetGenerator _generator;
    readonly ResNetDiscriminator _discriminator;
    readonly Adam _generatorOptimizer, _discriminatorOptimizer;
    readonly Ema? _average;
    readonly Dictionary<int, Tensor> _turns = [];

    public SsganStep(Device device, Architecture architecture, SsganOptions options, ulong seed)
        : base(Given(device, architecture, options), seed)
    {
        _options = options;
        _generator = new ResNetGenerator(Random, architecture, new() { Compute = options.Compute });
        var variant = new DiscriminatorOptions { ShortcutFromRelu = options.ShortcutFromRelu, Compute = options.Compute };
        _discriminator = new ResNetDiscriminator(Random, architecture, variant);
        if (options.EmaDecay > 0)
            _average = new Ema(_generator, new ResNetGenerator(Random, architecture, new() { Compute = options.Compute }),
                options.EmaDecay);
        _generatorOptimizer = new Adam(_generator.NamedParameters(), options.LearningRate, options.Beta1,
            options.Beta2, average: _average);
        _discriminatorOptimizer = new Adam(_discriminator.NamedParameters(), options.LearningRate, options.Beta1, options.Beta2);
        Networks = _average is null ? [("g", _generator), ("d", _discriminator)]
            : [("g", _generator), ("d", _discriminator), ("g_ema", _average.Average)];
        Optimizers = [("adam_g", _generatorOptimizer), ("adam_d", _discriminatorOptimizer)];
    }

    /// <summary>The arguments are looked at before the base takes memory.</summary>
    static Device Given(Device device, Architecture architecture, SsganOptions options)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(architecture);
        ArgumentNullException.ThrowIfNull(options);
        return device;
    }

    /// <summary>The generator.</summary>
    public ResNetGenerator Generator => _generator;

    /// <summary>The discriminator.</summary>
    public ResNetDiscriminator Discriminator => _discriminator;

    public override bool IsCapturable => true;

    public override IReadOnlyList<(string Name, Module Module)> Networks { get; }

    public override IReadOnlyList<(string Name, Optimizer Optimizer)> Optimizers { get; }

    /// <summary>
    /// L_D = E[max(0, 1 − D(x))] + E[max(0, 1 + D(G(z)))] + β·E[−log Q_D(R = r | x^r)]: Chen et al. 2019, eq. 3,
    /// with the hinge loss.
    /// </summary>
    public override void TrainDiscriminator(Tensor real)
    {
        using var scope = Device.Scope();
        TrainDiscriminator(real, Noise(Random, real.Shape[0]));
    }

    public override void TrainDiscriminator(RealBatch real)
    {
        using var scope = Device.Scope();
        if (_options.RotationBatch == RotationBatch.Quarters)
        {
            var turns = Turns(real.Indices.Shape[0]);
            var (upright, rotated) = real.WithRotated(turns, _options.Compute);
            TrainDiscriminator(upright, rotated, turns, Noise(Random, turns.Shape[0]));
        }
        else
        {
            TrainDiscriminator(real.Upright());
        }
    }

    /// <summary>The same with given noise (N, latent).</summary>
    public void TrainDiscriminator(Tensor real, Tensor z)
    {
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(z);
        using var scope = Device.Scope();
        var turns = Turns(real.Shape[0]);
        var rotated = Rotation.Rotate(real, turns, _options.RotationBatch);
        TrainDiscriminator(real, rotated, turns, z);
    }

    /// <summary>The same with given turned images and labels as well.</summary>
    public void TrainDiscriminator(Tensor real, Tensor rotated, Tensor turns, Tensor z)
    {
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(rotated);
        ArgumentNullException.ThrowIfNull(turns);
        ArgumentNullException.ThrowIfNull(z);
        using var scope = Device.Scope();
        Tensor fake;
        using (Device.NoGrad()) fake = _generator.Forward(z);

        DiscriminatorOutput[] verdicts = Judge(real, fake, rotated);
        var (onReal, onFake) = (verdicts[0].Logits, verdicts[1].Logits);
        var adversarial = Hinge.Discriminator(onReal, onFake);
        var (rotation, accuracy) = Rotation.Loss(verdicts[2].Rotation!, turns);

        Minimise("d", adversarial + _options.RealRotationScale * rotation, _discriminatorOptimizer);

        Stats.Add("loss_d", adversarial);
        Stats.Add("loss_d_rotation", rotation);
        Stats.Add("rotation_accuracy_real", accuracy);
        Stats.Add("d_real", onReal.Mean());
        Stats.Add("d_fake", onFake.Mean());
    }

    /// <summary>L_G = −E[D(G(z))] + α·E[−log Q_D(R = r | G(z)^r)]: Chen et al. 2019, eq. 2, with the hinge loss.</summary>
    public override void TrainGenerator(int batch)
    {
        using var scope = Device.Scope();
        TrainGenerator(Noise(Random, batch));
    }

    /// <summary>The same with given noise (N, latent).</summary>
    public void TrainGenerator(Tensor z)
    {
        ArgumentNullException.ThrowIfNull(z);
        using var scope = Device.Scope();
        using var frozen = _discriminator.Frozen();
        var fake = _generator.Forward(z);
        var turns = Turns(fake.Shape[0]);
        var rotated = Rotation.Rotate(fake, turns, _options.RotationBatch);
        DiscriminatorOutput[] verdicts = Judge(fake, rotated);
        var adversarial = Hinge.Generator(verdicts[0].Logits);
        var (rotation, accuracy) = Rotation.Loss(verdicts[1].Rotation!, turns);

        Minimise("g", adversarial + _options.FakeRotationScale * rotation, _generatorOptimizer);

        Stats.Add("loss_g", adversarial);
        Stats.Add("loss_g_rotation", rotation);
        Stats.Add("rotation_accuracy_fake", accuracy);
    }

    /// <summary>The labels of a batch: uploaded once for each size, so that a captured update finds them on the device.</summary>
    Tensor Turns(int batch)
    {
        if (!_turns.TryGetValue(batch, out var turns))
            _turns.Add(batch, turns = Rotation.Turns(Device, batch, _options.RotationBatch).Own());
        return turns;
    }

    /// <summary>The discriminator on each batch.</summary>
    DiscriminatorOutput[] Judge(params Tensor[] batches)
    {
        if (!_options.OnePass) return [.. batches.Select(_discriminator.Forward)];
        var (logits, rotation) = _discriminator.Forward(Tensor.Concat(batches, 0));
        var verdicts = new DiscriminatorOutput[batches.Length];
        for (int i = 0, start = 0; i < batches.Length; start += batches[i++].Shape[0])
            verdicts[i] = new DiscriminatorOutput(logits.Slice(0, start, batches[i].Shape[0]),
                rotation!.Slice(0, start, batches[i].Shape[0]));
        return verdicts;
    }

    public override Tensor Noise(Rng random, int count) => random.Normal(new Shape(count, _generator.Architecture.Latent));

    public override Tensor Sample(Tensor z)
    {
        var network = _average is null ? _generator : (ResNetGenerator)_average.Average;
        using var noGrad = Device.NoGrad();
        network.Train(false);
        try
        {
            return network.Forward(z);
        }
        finally
        {
            network.Train(true);
        }
    }

    public override void Dispose()
    {
        foreach (var turns in _turns.Values) turns.Dispose();
        base.Dispose();
    }
}
