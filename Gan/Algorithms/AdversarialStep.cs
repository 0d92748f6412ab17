using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;
using Ssgan.Engine.Optim;
using Ssgan.Engine.Optim.Schedules;
using Ssgan.Gan.Losses;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>
/// Two networks that play against each other, Adam for each, and the averaged generator: the updates of any GAN that is a loss of
/// logits, and what those share that add to it.
/// </summary>
public partial class AdversarialStep : GanStep
{
    readonly Ema? _average;
    readonly ScheduledScalar? _rest;
    readonly Regularisation _regularisation;

    /// <param name="device">Where it runs.</param>
    /// <param name="generator">Makes the generator, whose activations have the given type.</param>
    /// <param name="discriminator">Makes the discriminator.</param>
    /// <param name="options">The loss.</param>
    /// <param name="optimisation">Learning rate, Adam's and the average's decays, seed.</param>
    /// <param name="restBeta2">1 − β₂ on the device, where a schedule moves it; it stays the caller's.</param>
    /// <param name="restDecay">1 − decay of the average on the device, likewise.</param>
    public AdversarialStep(Device device, Func<Rng, DType, Generator> generator, Func<Rng, DType, Discriminator> discriminator,
        GanOptions options, OptimisationSettings optimisation, Tensor? restBeta2 = null, Tensor? restDecay = null)
        : base(Given(device, generator, discriminator, options, optimisation), optimisation.Seed)
    {
        Loss = AdversarialLoss.Of(options.Loss);
        ActivationType = Arithmetic.Activations(optimisation.Precision);
        Generator = generator(Random, ActivationType);
        Discriminator = discriminator(Random, ActivationType);
        if (restDecay is not null) _average = new Ema(Generator, generator(Random, ActivationType), restDecay);
        else if (optimisation.KeepsAverage)
        {
            var averaged = generator(Random, ActivationType);
            var rest = optimisation.AverageRest();
            // Only what moves has to be read on the device.
            if (!rest.IsConstant) _rest = new(device.Full(new Shape(1), rest.Start).Own(), rest);
            float decay = optimisation.EmaHalfLife > 0 ? 1 - rest.Start : optimisation.EmaDecay;
            _average = _rest is null ? new Ema(Generator, averaged, decay) : new Ema(Generator, averaged, _rest.Scalar);
        }
        var (rate, beta1, beta2) = (optimisation.LearningRate, optimisation.Beta1, optimisation.Beta2);
        GeneratorOptimizer = new Adam(Generator.NamedParameters(), rate, beta1, beta2, average: _average, restBeta2: restBeta2);
        DiscriminatorOptimizer = new Adam(Discriminator.NamedParameters(), rate, beta1, beta2, restBeta2: restBeta2);
        _regularisation = new(device, options, Loss, Discriminator.Size);
        Networks =
        [
            ("g", Generator), ("d", Discriminator),
            .. _average is null ? Array.Empty<(string, Module)>() : [("g_ema", _average.Average)],
            .. _regularisation.State(),
        ];
        Optimizers = [("adam_g", GeneratorOptimizer), ("adam_d", DiscriminatorOptimizer)];
    }

    /// <summary>The arguments are looked at before the base takes memory.</summary>
    static Device Given(Device device, object generator, object discriminator, GanOptions options,
        OptimisationSettings optimisation)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentNullException.ThrowIfNull(discriminator);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(optimisation);
        return device;
    }

    /// <summary>The generator.</summary>
    public Generator Generator { get; }

    /// <summary>The discriminator.</summary>
    public Discriminator Discriminator { get; }

    /// <summary>The generator's optimizer.</summary>
    protected Adam GeneratorOptimizer { get; }

    /// <summary>The discriminator's optimizer.</summary>
    protected Adam DiscriminatorOptimizer { get; }

    /// <summary>How the networks play against each other.</summary>
    protected AdversarialLoss Loss { get; }

    /// <summary>Element type of the activations.</summary>
    protected DType ActivationType { get; }

    /// <summary>Element type of real images: F32 where gradients flow to them.</summary>
    protected virtual DType ImageType => Loss.HasPenalties ? DType.F32 : ActivationType;

    /// <inheritdoc/>
    public override bool IsCapturable => true;
    /// <inheritdoc/>
    public override bool GeneratorSeesReals => Loss.IsRelativistic;
    /// <inheritdoc/>
    public override int Classes => Generator.Classes;
    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, Module Module)> Networks { get; }
    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, Optimizer Optimizer)> Optimizers { get; }
    /// <inheritdoc/>
    public override IReadOnlyList<string> Notices => _regularisation.Notices;

    /// <inheritdoc/>
    public override IReadOnlyList<(string Title, IReadOnlyList<LayerRow> Rows)> Layers(int batch) =>
        [("generator", Generator.Layers(batch)), ("discriminator", Discriminator.Layers(batch))];

    /// <inheritdoc/>
    public override IReadOnlyList<ScheduledScalar> Scheduled(Schedule rate) =>
        _rest is null ? base.Scheduled(rate) : [.. base.Scheduled(rate), _rest];

    /// <inheritdoc/>
    public override Latent Noise(Rng random, int count) => Generator.Draw(random, count);

    /// <inheritdoc/>
    public sealed override void TrainDiscriminator(RealBatch real)
    {
        using var scope = Device.Scope();
        TrainDiscriminator(real, Noise(Random, real.Count));
    }

    /// <inheritdoc/>
    public sealed override void TrainGenerator(int batch)
    {
        using var scope = Device.Scope();
        TrainGenerator(Noise(Random, batch), null);
    }

    /// <inheritdoc/>
    public sealed override void TrainGenerator(RealBatch real)
    {
        using var scope = Device.Scope();
        TrainGenerator(Noise(Random, real.Count), real);
    }

    /// <summary>One update of the discriminator by its loss of real and of generated images.</summary>
    /// <param name="real">Real images, with labels where the networks know classes.</param>
    /// <param name="latent">Noise, and classes where the networks know any; as many as real images.</param>
    public virtual void TrainDiscriminator(RealBatch real, Latent latent) => TrainDiscriminator(real, latent, null);

    /// <summary>One update of the generator by its loss of generated images.</summary>
    /// <param name="latent">Noise, and classes where the networks know any.</param>
    /// <param name="real">Real images, where the loss looks at them; else null.</param>
    public virtual void TrainGenerator(Latent latent, RealBatch? real = null) => TrainGenerator(latent, real, null);

    /// <summary>An update of the discriminator by the adversarial loss and one more term.</summary>
    /// <param name="real">Real images.</param>
    /// <param name="latent">Noise.</param>
    /// <param name="term">The term, and the name by which it is reported; null for none.</param>
    protected void TrainDiscriminator(RealBatch real, Latent latent, Func<Judged, (string Name, Tensor Loss)>? term)
    {
        using var scope = Device.Scope();
        var (images, labels) = (Leaf(real.Images(ImageType)), Labels(real));
        var fake = Leaf(Draw(latent));
        var (onReal, onFake) = (Judge(images, labels), Judge(fake, latent.Labels));
        var adversarial = Adversarial(onReal.Logits, onFake.Logits);
        var judged = new Judged(images, onReal, fake, onFake);
        var added = term?.Invoke(judged);

        MinimiseDiscriminator(added is { } more ? adversarial + more.Loss : adversarial, judged);

        ReportDiscriminator(adversarial, onReal.Logits, onFake.Logits, added);
    }

    /// <summary>An update of the generator by the adversarial loss and one more term.</summary>
    /// <param name="latent">Noise.</param>
    /// <param name="real">Real images, where the loss looks at them.</param>
    /// <param name="term">The term of what was said of the generated images, and its name; null for none.</param>
    protected void TrainGenerator(Latent latent, RealBatch? real,
        Func<DiscriminatorOutput, (string Name, Tensor Loss)>? term)
    {
        using var scope = Device.Scope();
        using var frozen = Discriminator.Frozen();
        var onFake = Judge(Generator.Forward(latent), latent.Labels);
        var adversarial = Adversarial(onFake.Logits, real);
        var added = term?.Invoke(onFake);

        Minimise("g", added is { } more ? adversarial + more.Loss : adversarial, GeneratorOptimizer);

        Stats.Add("loss_g", adversarial);
        if (added is { } reported) Stats.Add(reported.Name, reported.Loss);
    }

    /// <summary>
    /// The discriminator on images, which are augmented where that was asked for: every upright batch, real or generated, of
    /// every update passes here.
    /// </summary>
    protected DiscriminatorOutput Judge(Tensor images, Tensor? labels = null) =>
        Discriminator.Forward(Augmented(images), labels);

    /// <summary>Upright images as the discriminator sees them.</summary>
    protected Tensor Augmented(Tensor images) => _regularisation.Upright(images, Random);

    /// <summary>Images of a task on turned ones as the discriminator sees them.</summary>
    protected Tensor AugmentedTurned(Tensor images) => _regularisation.Turned(images, Random);

    /// <summary>
    /// An update of a discriminator that plays by logits: its loss and what regularises it, with penalties on
    /// <see cref="Leaf"/> images.
    /// </summary>
    protected void MinimiseDiscriminator(Tensor loss, in Judged judged)
    {
        var (onReal, onFake) = (judged.OnReal.Logits, judged.OnFake.Logits);
        var penalty = _regularisation.Penalty(onReal, judged.Real, onFake, judged.Fake, Stats);
        MinimiseDiscriminator(penalty is null ? loss : loss + penalty, onReal, onFake);
    }

    /// <summary>The same without penalties.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="onReal">Logits of real images (N, 1).</param>
    /// <param name="onFake">Logits of generated images (N, 1).</param>
    protected void MinimiseDiscriminator(Tensor loss, Tensor onReal, Tensor onFake)
    {
        ArgumentNullException.ThrowIfNull(loss);
        var term = _regularisation.LeCamTerm(onReal, onFake, Stats);
        Minimise("d", term is null ? loss : loss + term, DiscriminatorOptimizer);
        _regularisation.Follow(onReal, onFake, Stats);
    }

    /// <summary>Images that gradients flow to, where the loss has penalties on them; else as they are.</summary>
    protected Tensor Leaf(Tensor images) => _regularisation.Leaf(images);

    /// <summary>The discriminator's adversarial loss, observed.</summary>
    protected Tensor Adversarial(Tensor onReal, Tensor onFake)
    {
        LogitsObserver?.Invoke("d_real", onReal);
        LogitsObserver?.Invoke("d_fake", onFake);
        return Loss.Discriminator(onReal, onFake);
    }

    /// <summary>The generator's adversarial loss, observed.</summary>
    /// <param name="onFake">Logits of generated images.</param>
    /// <param name="real">Real images, where the loss looks at them.</param>
    protected Tensor Adversarial(Tensor onFake, RealBatch? real)
    {
        LogitsObserver?.Invoke("g_fake", onFake);
        if (!Loss.IsRelativistic) return Loss.Generator(onFake, null);
        if (real is not { } beside)
            throw new ArgumentException($"The generator's loss \"{Loss.Name}\" looks at real images too, and there are none.");
        Tensor onReal;
        using (Device.NoGrad()) onReal = Judge(beside.Images(ImageType), Labels(beside)).Logits;
        return Loss.Generator(onFake, onReal);
    }

    /// <summary>What every update of a discriminator reports, after <see cref="GanStep.Minimise"/>.</summary>
    protected void ReportDiscriminator(Tensor adversarial, Tensor onReal, Tensor onFake, (string Name, Tensor Loss)? added)
    {
        ArgumentNullException.ThrowIfNull(onReal);
        ArgumentNullException.ThrowIfNull(onFake);
        Stats.Add("loss_d", adversarial);
        if (added is { } more) Stats.Add(more.Name, more.Loss);
        Stats.Add("d_real", onReal.Mean());
        Stats.Add("d_fake", onFake.Mean());
    }

    /// <summary>Images for noise as constants: nothing of the generator is recorded, its running statistics move.</summary>
    protected Tensor Draw(Latent latent)
    {
        using var noGrad = Device.NoGrad();
        return Generator.Forward(latent);
    }

    /// <inheritdoc/>
    public override Tensor Sample(Latent latent)
    {
        ArgumentNullException.ThrowIfNull(latent.Z);
        var network = _average is null ? Generator : (Generator)_average.Average;
        using var noGrad = Device.NoGrad();
        network.Eval();
        try
        {
            return network.Forward(latent);
        }
        finally
        {
            network.Train(true);
        }
    }

    /// <summary>The classes of real images, where the discriminator is told them.</summary>
    protected Tensor? Labels(RealBatch real) => Discriminator.Classes == 0 ? null : real.Labels()
        ?? throw new ArgumentException("The discriminator is told classes, and these real images have none.");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _regularisation.Dispose();
        _rest?.Scalar.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>What an update of the discriminator has judged.</summary>
    /// <param name="Real">Real images.</param>
    /// <param name="OnReal">What it said of them.</param>
    /// <param name="Fake">Generated images, as constants.</param>
    /// <param name="OnFake">What it said of those.</param>
    protected readonly record struct Judged(Tensor Real, DiscriminatorOutput OnReal, Tensor Fake, DiscriminatorOutput OnFake);
}
