using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Nn;
using Ssgan.Gan.Losses;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Losses;

/// <summary>Each loss end to end: noise, generator, turns, discriminator with two heads.</summary>
sealed class GanGradientTests
{
    sealed class Generator : Module
    {
        readonly Linear _linear;
        readonly BatchNorm2d _norm;
        readonly Conv2d _conv;

        public Generator(Rng random)
        {
            _linear = Child("linear", new Linear(random, 3, 2 * 2 * 4));
            _norm = Child("norm", new BatchNorm2d(random.Device, 4));
            _conv = Child("conv", new Conv2d(random, 4, 2, 3));
        }

        public Tensor Forward(Tensor z) =>
            _conv.Forward(_norm.Forward(_linear.Forward(z).Reshape(z.Shape[0], 2, 2, 4)).Tanh().Upsample2x()).Tanh();
    }

    sealed class Discriminator : Module
    {
        readonly Conv2d _conv;
        readonly Linear _logits, _rotation;

        public Discriminator(Rng random)
        {
            _conv = Child("conv", new Conv2d(random, 2, 5, 3, stride: 2, spectral: true));
            _logits = Child("logits", new Linear(random, 5, 1, spectral: true));
            _rotation = Child("rotation", new Linear(random, 5, 4, spectral: true));
        }

        public (Tensor Logits, Tensor Rotation) Forward(Tensor x)
        {
            var h = _conv.Forward(x).Tanh().Sum(1, 2);
            return (_logits.Forward(h), _rotation.Forward(h));
        }
    }

    static readonly (string Name, Func<Tensor, Tensor, Tensor> D, Func<Tensor, Tensor> G)[] Losses =
    [
        ("hinge", Hinge.Discriminator, Hinge.Generator),
        ("non-saturating", NonSaturating.Discriminator, NonSaturating.Generator),
        ("minimax", Minimax.Discriminator, Minimax.Generator),
        ("Wasserstein", Wasserstein.Discriminator, Wasserstein.Generator),
    ];

    Device _device = null!;
    Rng _random = null!;
    Generator _generator = null!;
    Discriminator _discriminator = null!;

    [SetUp]
    public void Open()
    {
        _device = Device.Cpu(1);
        _random = new Rng(_device, 21);
        _generator = new Generator(_random);
        _discriminator = new Discriminator(_random);
        using (_device.Scope())
        {
            for (int i = 0; i < 10; i++) _ = _discriminator.Forward(_device.Of(1, 4, 4, 2));
        }
        // Now σ is about right; more power iterations would move u and v from one evaluation to the next.
        _discriminator.Eval();
    }

    [TearDown]
    public void Close()
    {
        _generator.Dispose();
        _discriminator.Dispose();
        _random.Dispose();
        Assert.That(_device.Pool.LiveBlocks, Is.Zero);
        _device.Dispose();
    }

    Tensor Noise() => _device.From(Make.Numbers(5 * 3, 1), new Shape(5, 3));

    Tensor DiscriminatorLoss(Func<Tensor, Tensor, Tensor> loss)
    {
        var real = _device.From(Make.Numbers(5 * 32, 2), new Shape(5, 4, 4, 2));
        Tensor fake;
        using (_device.NoGrad()) fake = _generator.Forward(Noise());
        var (turned, turns) = Rotation.Rotate(real);
        return loss(_discriminator.Forward(real).Logits, _discriminator.Forward(fake).Logits)
            + 0.7f * Rotation.Loss(_discriminator.Forward(turned).Rotation, turns).Loss;
    }

    Tensor GeneratorLoss(Func<Tensor, Tensor> loss)
    {
        using var frozen = _discriminator.Frozen();
        var fake = _generator.Forward(Noise());
        var (turned, turns) = Rotation.Rotate(fake);
        return loss(_discriminator.Forward(fake).Logits)
            + 0.7f * Rotation.Loss(_discriminator.Forward(turned).Rotation, turns).Loss;
    }

    static IEnumerable<string> Names => Losses.Select(l => l.Name);

    [TestCaseSource(nameof(Names))]
    public void The_discriminators_loss_trains_the_discriminator_only(string name)
    {
        var loss = Losses.Single(l => l.Name == name).D;
        Check(() => DiscriminatorLoss(loss), _discriminator, _generator);
    }

    [TestCaseSource(nameof(Names))]
    public void The_generators_loss_trains_the_generator_only_through_a_frozen_discriminator(string name)
    {
        var loss = Losses.Single(l => l.Name == name).G;
        Check(() => GeneratorLoss(loss), _generator, _discriminator);
    }

    void Check(Func<Tensor> loss, Module trained, Module still)
    {
        using (_device.Scope()) loss().Backward();
        Assert.That(still.Parameters.Select(p => p.Grad), Has.All.Null);
        foreach (var (name, p) in trained.NamedParameters())
        {
            Assert.That(p.Grad, Is.Not.Null, name);
            float[] gradient = p.Grad!.ToArray(), values = p.ToArray();
            double scale = Math.Max(0.1, gradient.Max(Math.Abs));
            for (int j = 0; j < values.Length; j += 1 + values.Length / 12)
            {
                double slope = GradCheck.Slope(values, j, 1e-2f, () =>
                {
                    p.CopyFrom<float>(values);
                    using var scope = _device.Scope();
                    using var noGrad = _device.NoGrad();
                    return loss().Item();
                });
                // The scalar loss is rounded to F32: 1e-7 / 2e-2 is 5e-6, and the third derivative leaves about 1e-4.
                Assert.That(gradient[j], Is.EqualTo(slope).Within(2e-3 * scale), $"{name}, element {j}");
            }
            p.CopyFrom<float>(values);
        }
        foreach (var p in trained.Parameters) p.ZeroGrad();
    }
}
