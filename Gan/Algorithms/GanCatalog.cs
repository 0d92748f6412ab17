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
    static readonly Setting<GanOptions>[] NoSettings = [];

    /// <summary>All of them, the default one first.</summary>
    public static IReadOnlyList<GanEntry> Entries { get; } =
    [
        Entry(new SsganOptions(), "self-supervised GAN: hinge loss and rotation loss (Chen et al. 2019)",
            SsganJson.Default.SsganOptions, RotationGanOptions.Settings),
        Entry(new SsganMsOptions(), "SSGAN whose rotation task has a fifth class for fakes (Tran et al. 2019)",
            SsganMsJson.Default.SsganMsOptions, RotationGanOptions.Settings),
        Entry(new SsganLaOptions(), "SSGAN whose one task is turns of real and of fake images, eight classes (Hou et al. 2021)",
            SsganLaJson.Default.SsganLaOptions, LabelAugmentedOptions.Settings),
        Entry(new SsganLaPlusOptions(), "SSGAN-LA's eight classes beside the hinge loss (Hou et al. 2021)",
            SsganLaJson.Default.SsganLaPlusOptions, LabelAugmentedOptions.Settings),
        Entry(new SnganOptions(), "spectrally normalised GAN: hinge loss (Miyato et al. 2018)",
            SnganJson.Default.SnganOptions, NoSettings),
        Entry(new WganGpOptions(), "Wasserstein GAN with gradient penalty (Gulrajani et al. 2017)",
            WganGpJson.Default.WganGpOptions, WganGpOptions.Settings),
        Entry(new DcganOptions(), "the original GAN's losses on residual networks (Goodfellow et al. 2014)",
            DcganJson.Default.DcganOptions, NoSettings),
        Entry(new InfoMaxOptions(), "hinge loss and contrast of an image's places with other images' (Lee et al. 2021)",
            InfoMaxJson.Default.InfoMaxOptions, InfoMaxOptions.Settings),
        Entry(new CganPdOptions(), "told classes, by projection, at 32 and 128 pixels (Miyato and Koyama 2018)",
            CganPdJson.Default.CganPdOptions, NoSettings),
        Entry(new SaganOptions(), "told classes, by projection, with self-attention, at 32 and 128 pixels (Zhang et al. 2019)",
            SaganJson.Default.SaganOptions, NoSettings),
        Entry(new R3ganOptions(), "R3GAN: relativistic pairs, penalties on both, no normalisation (Huang et al. 2024)",
            R3ganJson.Default.R3ganOptions, R3ganOptions.Settings),
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

    static GanEntry Entry<T, TOwn>(T defaults, string description, JsonTypeInfo<T> json, IReadOnlyList<Setting<TOwn>> own)
        where T : TOwn
        where TOwn : GanOptions =>
        new(defaults, description, json, [.. OfNetworks(defaults), .. Any(own)]);

    static IEnumerable<Setting<GanOptions>> OfNetworks(GanOptions gan) =>
        gan is ResNetGanOptions ? Any(ResNetGanOptions.NetworkSettings) : [];

    static IEnumerable<Setting<GanOptions>> Any<TOwn>(IEnumerable<Setting<TOwn>> settings) where TOwn : GanOptions =>
        settings.Select(static s => s.In<GanOptions>(static o => (TOwn)o, static (_, o) => o));
}
