using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;
using Ssgan.Engine.Optim;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>
/// What the GANs on Mimicry's residual networks share: a generator, a discriminator, Adam for each, and the averaged generator.
/// A derived class has the two losses.
/// </summary>
public abstract class ResNetGanStep : GanStep
{
    readonly Ema? _average;

    /// <param name="device">Where it runs.</param>
    /// <param name="architecture">The networks' shapes.</param>
    /// <param name="generator">What is peculiar to the generator.</param>
    /// <param name="discriminator">What is peculiar to the discriminator.</param>
    /// <param name="optimisation">Learning rate, Adam's and the average's decays, seed.</param>
    protected ResNetGanStep(Device device, Architecture architecture, GeneratorOptions generator,
        DiscriminatorOptions discriminator, OptimisationSettings optimisation)
        : base(Given(device, architecture, optimisation), optimisation.Seed)
    {
        ActivationType = Arithmetic.Activations(optimisation.Precision);
        Generator = new ResNetGenerator(Random, architecture, generator with { Compute = ActivationType });
        Discriminator = new ResNetDiscriminator(Random, architecture, discriminator with { Compute = ActivationType });
        if (optimisation.EmaDecay > 0)
        {
            var copy = new ResNetGenerator(Random, architecture, generator with { Compute = ActivationType });
            _average = new Ema(Generator, copy, optimisation.EmaDecay);
        }
        var (rate, beta1, beta2) = (optimisation.LearningRate, optimisation.Beta1, optimisation.Beta2);
        GeneratorOptimizer = new Adam(Generator.NamedParameters(), rate, beta1, beta2, average: _average);
        DiscriminatorOptimizer = new Adam(Discriminator.NamedParameters(), rate, beta1, beta2);
        Networks = [("g", Generator), ("d", Discriminator), .. AveragedNetworks()];
        Optimizers = [("adam_g", GeneratorOptimizer), ("adam_d", DiscriminatorOptimizer)];
    }

    /// <summary>The arguments are looked at before the base takes memory.</summary>
    static Device Given(Device device, Architecture architecture, OptimisationSettings optimisation)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(architecture);
        ArgumentNullException.ThrowIfNull(optimisation);
        return device;
    }

    /// <summary>The generator.</summary>
    public ResNetGenerator Generator { get; }

    /// <summary>The discriminator.</summary>
    public ResNetDiscriminator Discriminator { get; }

    /// <summary>The generator's optimizer.</summary>
    protected Adam GeneratorOptimizer { get; }

    /// <summary>The discriminator's optimizer.</summary>
    protected Adam DiscriminatorOptimizer { get; }

    /// <summary>Element type of the activations.</summary>
    protected DType ActivationType { get; }

    public override bool IsCapturable => true;

    public override IReadOnlyList<(string Name, Module Module)> Networks { get; }

    public override IReadOnlyList<(string Name, Optimizer Optimizer)> Optimizers { get; }

    public override IReadOnlyList<(string Title, IReadOnlyList<LayerRow> Rows)> Layers(int batch) =>
        [("generator", LayerTable.Of(Generator, batch)), ("discriminator", LayerTable.Of(Discriminator, batch))];

    public override Tensor Noise(Rng random, int count)
    {
        ArgumentNullException.ThrowIfNull(random);
        return random.Normal(new Shape(count, Generator.Architecture.Latent));
    }

    public override void TrainDiscriminator(RealBatch real)
    {
        using var scope = Device.Scope();
        TrainDiscriminator(real, Noise(Random, real.Count));
    }

    public override void TrainGenerator(int batch)
    {
        using var scope = Device.Scope();
        TrainGenerator(Noise(Random, batch));
    }

    /// <summary>One update of the discriminator with given noise (N, latent).</summary>
    public abstract void TrainDiscriminator(RealBatch real, Tensor z);

    /// <summary>One update of the generator with given noise (N, latent).</summary>
    public abstract void TrainGenerator(Tensor z);

    /// <summary>One update of the generator by a loss of the logits (N, 1) of its images alone.</summary>
    protected void TrainGenerator(Tensor z, Func<Tensor, Tensor> lossOf)
    {
        ArgumentNullException.ThrowIfNull(z);
        ArgumentNullException.ThrowIfNull(lossOf);
        using var scope = Device.Scope();
        using var frozen = Discriminator.Frozen();
        var onFake = Discriminator.Forward(Generator.Forward(z)).Logits;
        LogitsObserver?.Invoke("g_fake", onFake);
        var loss = lossOf(onFake);

        Minimise("g", loss, GeneratorOptimizer);

        Stats.Add("loss_g", loss);
    }

    /// <summary>Images for noise as constants: nothing of the generator is recorded, its running statistics move.</summary>
    protected Tensor Draw(Tensor z)
    {
        using var noGrad = Device.NoGrad();
        return Generator.Forward(z);
    }

    public override Tensor Sample(Tensor z)
    {
        ArgumentNullException.ThrowIfNull(z);
        var network = _average is null ? Generator : (ResNetGenerator)_average.Average;
        using var noGrad = Device.NoGrad();
        network.Eval();
        try
        {
            return network.Forward(z);
        }
        finally
        {
            network.Train(true);
        }
    }

    IEnumerable<(string, Module)> AveragedNetworks() => _average is null ? [] : [("g_ema", _average.Average)];
}
