using System.Text.Json.Serialization.Metadata;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Algorithms;

/// <summary>One GAN that programs can offer by name.</summary>
/// <param name="Defaults">Its options with the values of its source.</param>
/// <param name="Description">What it is, and of which paper.</param>
/// <param name="Json">How its options are read and written.</param>
/// <param name="Own">Its options beside <see cref="GanOptions.Common"/>.</param>
public sealed record GanEntry(GanOptions Defaults, string Description, JsonTypeInfo Json, IReadOnlyList<Setting<GanOptions>> Own)
{
    /// <summary>Its name.</summary>
    public string Name => Defaults.Model;

    /// <summary>All of its options.</summary>
    public IEnumerable<Setting<GanOptions>> Settings => GanOptions.Common.Concat(Own);
}

/// <summary>The GANs of this library.</summary>
public static class GanCatalog
{
    /// <summary>All of them, the default one first.</summary>
    public static IReadOnlyList<GanEntry> Entries { get; } =
    [
        Entry(new SsganOptions(), "self-supervised GAN: hinge loss and rotation loss (Chen et al. 2019)",
            SsganJson.Default.SsganOptions, SsganOptions.Settings),
        Entry(new SnganOptions(), "spectrally normalised GAN: hinge loss (Miyato et al. 2018)",
            SnganJson.Default.SnganOptions, []),
        Entry(new WganGpOptions(), "Wasserstein GAN with gradient penalty (Gulrajani et al. 2017)",
            WganGpJson.Default.WganGpOptions, WganGpOptions.Settings),
    ];

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Entries.Select(static e => e.Name)];

    /// <summary>The GAN of a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static GanEntry Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Entries.FirstOrDefault(e => e.Name == name)
            ?? throw new ArgumentException($"There is no GAN \"{name}\"; there are {string.Join(", ", Names)}.");
    }

    static GanEntry Entry<T>(T defaults, string description, JsonTypeInfo<T> json, IReadOnlyList<Setting<T>> own)
        where T : GanOptions =>
        new(defaults, description, json, [.. own.Select(static s => s.In<GanOptions>(static o => (T)o, static (_, o) => o))]);
}
