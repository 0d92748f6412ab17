using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Training;

/// <summary>Named sets of options.</summary>
public static class Presets
{
    /// <summary>The published recipe.</summary>
    public const string Mimicry = "mimicry";

    /// <summary>Small networks for a machine without a GPU.</summary>
    public const string Tiny = "tiny";

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [Mimicry, Tiny];

    /// <summary>The options of a preset at an image size; only data and seed are left at their defaults.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="size">Image side.</param>
    /// <param name="gan">Which GAN; null for the first one of the catalog.</param>
    /// <exception cref="ArgumentException">No such preset.</exception>
    public static TrainOptions For(string name, int size, GanEntry? gan = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        var (data, knobs) = (new DataSettings { Size = size }, (gan ?? GanCatalog.Entries[0]).Defaults);
        return name switch
        {
            // Lee and Town 2020, "Mimicry": full width, Adam(0, 0.9) at 2e-4 with linear decay over 100k updates; fewer D updates
            // at 128.
            Mimicry => new TrainOptions
            {
                Data = data, Gan = knobs,
                Optimisation = new() { Batch = 64, DiscriminatorSteps = size >= 128 ? 2 : 5, Steps = 100_000 },
            },
            // Two minutes on two cores at 32: an eighth of the width, one D update per G update, and many small batches at a
            // higher rate. Momentum (beta1 0.5) and averaged weights settle what a high rate leaves noisy in so short a run. Of
            // nine settings tried side by side on shapes this one's last grid was the clearest.
            Tiny => new TrainOptions
            {
                Data = data, Gan = knobs with { Ngf = size == 32 ? 32 : 64, Ndf = size == 32 ? 32 : 128 },
                Optimisation = new()
                {
                    Batch = 8, DiscriminatorSteps = 1, LearningRate = 7e-4f, Beta1 = 0.5, Beta2 = 0.99, EmaDecay = 0.995f,
                    Steps = 2500,
                },
                Cadence = new() { LogEvery = 25, SampleEvery = 250, CheckpointEvery = 500 },
            },
            _ => throw new ArgumentException($"There is no preset \"{name}\"; the presets are {string.Join(", ", Names)}."),
        };
    }
}
