using Ssgan.Engine;
using Ssgan.Engine.Nn;
using Ssgan.Engine.Optim;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Models;

namespace CustomGan;

/// <summary>LSGAN (Mao et al. 2017, eq. 9): squared distances of the logits from 1 for real images and 0 for fakes.</summary>
public sealed class LsganStep : GanStep
{
    readonly ResNetGenerator _generator;
    readonly ResNetDiscriminator _discriminator;
    readonly Adam _generatorOptimizer, _discriminatorOptimizer;

    public LsganStep(Device device, Architecture architecture, ulong seed) : base(device, seed)
    {
        _generator = new ResNetGenerator(Random, architecture);
        _discriminator = new ResNetDiscriminator(Random, architecture, new() { RotationClasses = 0 });
        _generatorOptimizer = new Adam(_generator.NamedParameters(), learningRate: 2e-4f, beta1: 0, beta2: 0.9);
        _discriminatorOptimizer = new Adam(_discriminator.NamedParameters(), learningRate: 2e-4f, beta1: 0, beta2: 0.9);
        Networks = [("g", _generator), ("d", _discriminator)];
        Optimizers = [("adam_g", _generatorOptimizer), ("adam_d", _discriminatorOptimizer)];
    }

    public override IReadOnlyList<(string Name, Module Module)> Networks { get; }

    public override IReadOnlyList<(string Name, Optimizer Optimizer)> Optimizers { get; }

    public override void TrainDiscriminator(RealBatch real)
    {
        using var scope = Device.Scope();
        Tensor fake;
        using (Device.NoGrad()) fake = _generator.Forward(Noise(Random, real.Count));

        var onReal = _discriminator.Forward(real.Images()).Logits;
        var onFake = _discriminator.Forward(fake).Logits;
        var loss = 0.5f * ((onReal - 1).Square().Mean() + onFake.Square().Mean());
        Minimise("d", loss, _discriminatorOptimizer);
        Stats.Add("loss_d", loss);
    }

    public override void TrainGenerator(int batch)
    {
        using var scope = Device.Scope();
        using var frozen = _discriminator.Frozen();
        var fake = _generator.Forward(Noise(Random, batch));

        var loss = 0.5f * (_discriminator.Forward(fake).Logits - 1).Square().Mean();
        Minimise("g", loss, _generatorOptimizer);
        Stats.Add("loss_g", loss);
    }

    public override Latent Noise(Rng random, int count) => random.Normal(new(count, _generator.Architecture.Latent), 0);

    public override Tensor Sample(Latent latent)
    {
        using var noGrad = Device.NoGrad();
        _generator.Eval();
        var images = _generator.Forward(latent);
        _generator.Train();
        return images;
    }
}
