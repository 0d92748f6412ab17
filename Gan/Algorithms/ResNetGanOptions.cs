using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>The knobs of a GAN on Mimicry's residual networks.</summary>
public abstract record ResNetGanOptions : GanOptions
{
    /// <param name="model">The GAN's name in config.json and on the console.</param>
    /// <param name="loss">Its source's loss.</param>
    protected ResNetGanOptions(string model, string loss = "hinge") : base(model, loss)
    {
    }

    /// <summary>
    /// Whether scale and shift of the generator's batch norms are functions of the noise (Chen et al. 2019, "On self-modulation
    /// for generative adversarial networks").
    /// </summary>
    public bool SelfModulated { get; init; }

    /// <summary>The values that all of these GANs have.</summary>
    public static IReadOnlyList<Setting<ResNetGanOptions>> NetworkSettings { get; } =
    [
        Setting.Switch<ResNetGanOptions>("selfModulated", "--self-modulated",
            "The noise goes to every batch norm of the generator, which makes its scale and shift of it; for GANs without "
            + "classes.", static o => o.SelfModulated, static (o, v) => o with { SelfModulated = v }),
    ];

    /// <summary>The networks' shapes at an image size.</summary>
    /// <param name="size">Image side.</param>
    /// <param name="nameOf">From an argument's name to what messages call it; null keeps it.</param>
    /// <exception cref="ArgumentException">There are none of that size or width.</exception>
    public virtual Architecture Architecture(int size, Func<string, string>? nameOf = null) =>
        Models.Architecture.For(size, Ngf, Ndf, nameOf);

    /// <summary>What is peculiar to its generator.</summary>
    /// <param name="classes">Classes of the data; looked at by a conditional GAN only.</param>
    /// <exception cref="ArgumentException">It is told classes, and there are none.</exception>
    public virtual GeneratorOptions GeneratorVariant(int classes) =>
        new() { Classes = Told(classes), SelfModulated = SelfModulated };

    /// <summary>What is peculiar to its discriminator.</summary>
    /// <param name="classes">Classes of the data; looked at by a conditional GAN only.</param>
    /// <exception cref="ArgumentException">It is told classes, and there are none.</exception>
    public abstract DiscriminatorOptions DiscriminatorVariant(int classes);

    /// <summary>A new discriminator; the caller disposes it.</summary>
    /// <param name="random">Source of the first values, and the device.</param>
    /// <param name="architecture">The shapes.</param>
    /// <param name="classes">Classes of the data; looked at by a conditional GAN only.</param>
    /// <param name="compute">Element type of its activations.</param>
    public virtual Discriminator CreateDiscriminator(Rng random, Architecture architecture, int classes, DType compute) =>
        new ResNetDiscriminator(random, architecture, DiscriminatorVariant(classes) with { Compute = compute });

    public override GanStep Create(Device device, int size, int classes, OptimisationSettings optimisation) =>
        new ResNetGanStep(device, Architecture(size), this, classes, optimisation);

    public override Generator CreateGenerator(Rng random, int size, int classes) =>
        new ResNetGenerator(random, Architecture(size), GeneratorVariant(classes));

    public override void CheckShapes(int size, Func<string, string>? nameOf = null) => Architecture(size, nameOf);

    public override void Validate(Check check, int batch)
    {
        base.Validate(check, batch);
        check.That(!SelfModulated || !IsConditional, "selfModulated",
            $"on, and the batch norms of {Model} go by the class instead of the noise");
    }

    /// <summary>The classes that the networks are told: 0 of a GAN that is told none.</summary>
    protected int Told(int classes)
    {
        if (!IsConditional) return 0;
        return classes > 0 ? classes : throw new ArgumentException($"{Model} is told the classes of images, and there are none.");
    }
}
