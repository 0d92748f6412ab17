using Ssgan.Gan.Algorithms;

namespace Ssgan.Gan.Training;

/// <summary>Where each setting of a run comes from.</summary>
static class SettingSources
{
    /// <summary>
    /// The settings by source, each as (name in config.json, value): what was given, what the preset says otherwise than the
    /// defaults, and the defaults of the GAN and of this library.
    /// </summary>
    /// <param name="options">The run's settings.</param>
    /// <param name="preset">The preset's, before anything was given.</param>
    /// <param name="given">Names of the settings that were given.</param>
    public static IReadOnlyList<(string Source, IReadOnlyList<(string Name, string Value)> Settings)> Of(TrainOptions options,
        Preset preset, IReadOnlyCollection<string> given)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(preset);
        ArgumentNullException.ThrowIfNull(given);
        var gan = GanCatalog.Of(options.Gan.Model);
        var defaults = TrainOptions.Values(new TrainOptions { Gan = gan.Defaults });
        var presets = TrainOptions.Values(preset.For(options.Data.Size, gan));
        var own = gan.Settings.Select(static s => s.Text.Key).ToHashSet();
        return [.. TrainOptions.Values(options).GroupBy(v => Source(v.Key))
            .OrderBy(static g => g.Key).Select(g => (Name(g.Key), (IReadOnlyList<(string, string)>)
                [.. g.Select(static v => (v.Key, v.Value))]))];

        int Source(string key) => given.Contains(key) ? 0 : presets[key] != defaults[key] ? 1 : own.Contains(key) ? 2 : 3;

        string Name(int source) => source switch
        {
            0 => "given",
            1 => $"preset {preset.Name} ({preset.Source})",
            2 => $"{gan.Name}'s own ({gan.Description})",
            _ => "defaults of this program",
        };
    }
}
