using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>Whose residual networks a GAN has.</summary>
public enum NetworkFamily
{
    /// <summary>Mimicry's.</summary>
    Mimicry,

    /// <summary>
    /// compare_gan's: zeros between pixels instead of bilinear enlargement, 3x3 shortcuts of x itself in every block, means over
    /// pixels, weights of the deviation 0.02 and no biases at first.
    /// </summary>
    CompareGan,
}

/// <summary>The knobs of a GAN on residual networks, Mimicry's if nothing else is said.</summary>
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

    /// <summary>Whose networks they are.</summary>
    public NetworkFamily Networks { get; init; }

    /// <summary>How the noise is distributed.</summary>
    public LatentDistribution Latent { get; init; }

    /// <summary>Whether the generator's weights have spectral norm too, as SAGAN's always have.</summary>
    public bool GeneratorSpectral { get; init; }

    /// <summary>The values that all of these GANs have.</summary>
    public static IReadOnlyList<Setting<ResNetGanOptions>> NetworkSettings { get; } =
    [
        Setting.Choice<ResNetGanOptions, NetworkFamily>("networks", "--networks",
            "Whose residual networks: Mimicry's (default), or compare_gan's, which put zeros between pixels, have 3x3 shortcuts "
            + "of x itself in every block, whatever --shortcut says, and begin with small weights.",
            [("mimicry", NetworkFamily.Mimicry), ("compare_gan", NetworkFamily.CompareGan)],
            static o => o.Networks, static (o, v) => o with { Networks = v }),
        Setting.Choice<ResNetGanOptions, LatentDistribution>("latent", "--latent",
            "Noise that images are drawn from: standard normal (default), or uniform in -1 to 1, as compare_gan's.",
            [("normal", LatentDistribution.Normal), ("uniform", LatentDistribution.Uniform)],
            static o => o.Latent, static (o, v) => o with { Latent = v }),
        Setting.Switch<ResNetGanOptions>("generatorSpectral", "--generator-spectral",
            "Spectral norm in the generator as well, as SAGAN's always has.",
            static o => o.GeneratorSpectral, static (o, v) => o with { GeneratorSpectral = v }),
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
    public virtual Discriminator CreateDiscriminator(Rng random, Architecture architecture, int classes, DType compute)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        var variant = DiscriminatorVariant(classes) with { Compute = compute };
        return Networks == NetworkFamily.CompareGan
            ? new CompareGanDiscriminator(random, architecture with { HeadsIterateInEvaluation = false }, variant)
            : new ResNetDiscriminator(random, architecture, variant);
    }

    /// <inheritdoc/>
    public override Generator CreateGenerator(Rng random, int size, int classes) =>
        CreateGenerator(random, Architecture(size), classes, DType.F32);

    internal Generator CreateGenerator(Rng random, Architecture shapes, int classes, DType compute)
    {
        var own = GeneratorVariant(classes);
        var variant = own with { Compute = compute, Latent = Latent, SpectralNorm = own.SpectralNorm || GeneratorSpectral };
        return Networks == NetworkFamily.CompareGan ? new CompareGanGenerator(random, shapes, variant)
            : new ResNetGenerator(random, shapes, variant);
    }

    /// <inheritdoc/>
    public override GanStep Create(Device device, int size, int classes, OptimisationSettings optimisation) =>
        new ResNetGanStep(device, Architecture(size), this, classes, optimisation);

    /// <inheritdoc/>
    public override void CheckShapes(int size, Func<string, string>? nameOf = null) => Architecture(size, nameOf);

    /// <inheritdoc/>
    public override void Validate(Check check, int batch)
    {
        base.Validate(check, batch);
        check.That(Enum.IsDefined(Networks), "networks", $"{Networks}, which is no known family");
        check.That(Enum.IsDefined(Latent), "latent", $"{Latent}, which is no known distribution");
        check.That(Networks == NetworkFamily.Mimicry || !IsConditional, "networks",
            $"compare_gan, whose networks know no classes here, and {Model} is told them");
        check.That(!SelfModulated || !IsConditional, "selfModulated",
            $"on, and the batch norms of {Model} go by the class instead of the noise");
        check.That(!SelfModulated || Networks == NetworkFamily.Mimicry, "selfModulated",
            $"on, which goes with {check.NameOf("networks")} mimicry");
    }

    /// <summary>The classes that the networks are told: 0 of a GAN that is told none.</summary>
    protected int Told(int classes)
    {
        if (!IsConditional) return 0;
        return classes > 0 ? classes : throw new ArgumentException($"{Model} is told the classes of images, and there are none.");
    }
}
