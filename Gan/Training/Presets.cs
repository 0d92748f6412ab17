using Ssgan.Engine.Optim.Schedules;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Losses;
using Ssgan.Gan.Models;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Training;

/// <summary>A named set of options.</summary>
/// <param name="Name">What --preset takes.</param>
/// <param name="Source">Whose values these are.</param>
/// <param name="Description">What it is for.</param>
/// <param name="For">The options at an image side, for a GAN; data and seed are left at their defaults.</param>
public sealed record Preset(string Name, string Source, string Description, Func<int, GanEntry, TrainOptions> For);

/// <summary>The sets of options that programs can offer by name.</summary>
public static class Presets
{
    /// <summary>Mimicry's recipe.</summary>
    public const string Mimicry = "mimicry";

    /// <summary>Small networks for a machine without a GPU.</summary>
    public const string Tiny = "tiny";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Preset> All { get; } =
    [
        // Full width, Adam(0, 0.9) at 2e-4 with linear decay over 100k updates; fewer D updates at 128.
        new(Mimicry, "Lee and Town 2020", "The recipe behind Mimicry's published scores.", static (size, gan) => new()
        {
            Data = new() { Size = size }, Gan = gan.Defaults,
            Optimisation = new() { Batch = 64, DiscriminatorSteps = size >= 128 ? 2 : 5, Steps = 100_000 },
        }),
        new("paper", "the GAN's own paper", "The recipe of the paper that the GAN comes from.", static (size, gan) =>
        {
            var (knobs, optimisation) = gan.Defaults.Paper();
            return new() { Data = new() { Size = size }, Gan = knobs, Optimisation = optimisation };
        }),
        // Its networks and noise, one pass, 16 of 64 images turned; 100,000 updates of G, with two of D each, as the program
        // counts the latter.
        new("compare_gan", "google/compare_gan", "The networks and settings of the program behind SSGAN's paper.",
            static (size, gan) => new()
            {
                Data = new() { Size = size }, Gan = CompareGan(gan.Defaults),
                Optimisation = new() { DiscriminatorSteps = 2, Decay = ScheduleCatalog.Constant },
            }),
        // For R3GAN its CIFAR-10 preset; for others its loss, with one update of D for one of G.
        new("r3gan", "Huang et al. 2024", "Relativistic pairs with R1 and R2, one update of each network, averaged weights.",
            static (size, gan) =>
            {
                var data = new DataSettings { Size = size, Flip = true };
                if (gan.Defaults is R3ganOptions)
                {
                    var (knobs, optimisation) = gan.Defaults.Paper();
                    return new() { Data = data, Gan = knobs, Optimisation = optimisation };
                }
                bool takes = gan.Defaults.Losses.Contains("rpgan");
                return new()
                {
                    Data = data, Gan = takes ? gan.Defaults with { Loss = "rpgan" } : gan.Defaults,
                    Optimisation = new() { DiscriminatorSteps = 1, Decay = ScheduleCatalog.Constant, EmaHalfLife = 500 },
                };
            }),
        // Zhao et al. 2020 advise all three for hundreds of images; a long half-life averages what little data make noisy.
        new("small-data", "Zhao et al. 2020, Tseng et al. 2021",
            "For hundreds or thousands of images: augmentation, LeCam, flips.",
            static (size, gan) => new()
            {
                Data = new() { Size = size, Flip = true },
                Gan = gan.Defaults with
                {
                    Augment = "color,translation,cutout", Lecam = gan.Defaults.PlaysByLogits ? 0.1f : 0,
                },
                Optimisation = new() { DiscriminatorSteps = 1, Steps = 50_000, EmaHalfLife = 20 },
            }),
        // An evening on two cores at 32: a quarter of the width.
        new("small", "this project", "Networks of a quarter of the width, for hours on a CPU.", static (size, gan) =>
            Narrow(gan, size, 64, 256, new()
            {
                Batch = 16, DiscriminatorSteps = 1, LearningRate = 4e-4f, Beta1 = 0.5, Beta2 = 0.99, EmaDecay = 0.998f,
                Steps = 20_000,
            }) with { Cadence = new() { SampleEvery = 1000 } }),
        // Two minutes on two cores at 32: an eighth of the width, one D update per G update, and many small batches at a higher
        // rate. Momentum (beta1 0.5) and averaged weights settle what a high rate leaves noisy in so short a run. Of nine
        // settings tried side by side on shapes this one's last grid was the clearest.
        new(Tiny, "this project", "Two minutes on two cores.", static (size, gan) =>
            Narrow(gan, size, 32, 128, new()
            {
                Batch = 8, DiscriminatorSteps = 1, LearningRate = 7e-4f, Beta1 = 0.5, Beta2 = 0.99, EmaDecay = 0.995f,
                Steps = 2500,
            }) with { Cadence = new() { LogEvery = 25, SampleEvery = 250, CheckpointEvery = 500 } }),
    ];

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(static p => p.Name)];

    /// <summary>The preset of a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Preset Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(p => p.Name == name)
            ?? throw new ArgumentException($"There is no preset \"{name}\"; the presets are {string.Join(", ", Names)}.");
    }

    /// <summary>The options of a preset at an image size; only data and seed are left at their defaults.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="size">Image side.</param>
    /// <param name="gan">Which GAN; null for the first one of the catalog.</param>
    /// <exception cref="ArgumentException">No such preset.</exception>
    public static TrainOptions For(string name, int size, GanEntry? gan = null) =>
        Of(name).For(size, gan ?? GanCatalog.Entries[0]);

    static GanOptions CompareGan(GanOptions gan)
    {
        if (gan is RotationGanOptions turning)
            gan = turning with { RotationBatch = RotationBatch.FourAnglesOfAQuarter, OnePass = true, ShortcutFromRelu = false };
        return gan is ResNetGanOptions { IsConditional: false } residual and not InfoMaxOptions
            ? residual with { Networks = NetworkFamily.CompareGan, Latent = LatentDistribution.Uniform } : gan;
    }

    /// <summary>A width at 32, and another one for the deeper discriminators of larger images.</summary>
    static TrainOptions Narrow(GanEntry gan, int size, int width, int deep, OptimisationSettings optimisation) => new()
    {
        Data = new() { Size = size }, Optimisation = optimisation,
        Gan = gan.Defaults.Over(optimisation.Steps * optimisation.Batch) with
        {
            Ngf = size == 32 ? width : 2 * width, Ndf = size == 32 ? width : deep,
        },
    };
}
