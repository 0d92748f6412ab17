using Ssgan.Engine;
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

    /// <summary>The networks' shapes at an image size.</summary>
    /// <param name="size">Image side.</param>
    /// <param name="nameOf">From an argument's name to what messages call it; null keeps it.</param>
    /// <exception cref="ArgumentException">There are none of that size or width.</exception>
    public virtual Architecture Architecture(int size, Func<string, string>? nameOf = null) =>
        Models.Architecture.For(size, Ngf, Ndf, nameOf);

    /// <summary>What is peculiar to its generator.</summary>
    /// <param name="classes">Classes of the data.</param>
    public virtual GeneratorOptions GeneratorVariant(int classes) => new();

    /// <summary>What is peculiar to its discriminator.</summary>
    /// <param name="classes">Classes of the data.</param>
    public abstract DiscriminatorOptions DiscriminatorVariant(int classes);

    public override GanStep Create(Device device, int size, int classes, OptimisationSettings optimisation) =>
        new ResNetGanStep(device, Architecture(size), this, classes, optimisation);

    public override Generator CreateGenerator(Rng random, int size, int classes) =>
        new ResNetGenerator(random, Architecture(size), GeneratorVariant(classes));

    public override void CheckShapes(int size, Func<string, string>? nameOf = null) => Architecture(size, nameOf);
}
