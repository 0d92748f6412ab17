using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Training;

namespace Ssgan.Runner.Runs;

/// <summary>The command that makes a run of given settings again.</summary>
static class RunCommandLine
{
    /// <summary>The preset that comes nearest, and the settings by where they come from.</summary>
    public static (Preset Preset, IReadOnlyList<(string Source, IReadOnlyList<(string Name, string Value)> Settings)> Sources)
        Sources(TrainOptions options)
    {
        var (preset, others) = Nearest(options);
        return (preset, SettingSources.Of(options, preset, others));
    }

    /// <summary>The preset that comes nearest, and the names of the settings that it has otherwise.</summary>
    static (Preset Preset, HashSet<string> Others) Nearest(TrainOptions options)
    {
        var gan = GanCatalog.Of(options.Gan.Model);
        return Presets.All.Select(preset => (preset, Others: Differences(options, preset, gan)))
            .MinBy(static p => p.Others.Count);
    }

    /// <summary>"ssgan train --preset tiny --data cifar10 --seed 3".</summary>
    /// <param name="options">The settings.</param>
    /// <param name="nameOf">From a setting's name in config.json to its option.</param>
    public static string Of(TrainOptions options, Func<string, string> nameOf)
    {
        var (preset, others) = Nearest(options);
        var arguments = new List<string>
        {
            "train", "--preset", preset.Name, "--model", options.Gan.Model, "--size", $"{options.Data.Size}", "--data",
            options.Data.Data,
        };
        // Classes come with the data, and where a course of the rate begins is no option.
        foreach (var (name, value) in SettingSources.Of(options, preset, others)
            .SelectMany(static s => s.Settings).Where(s => others.Contains(s.Name)
            && s.Name is not ("data" or "size" or "classes" or "decayFrom" or "model")))
            arguments.AddRange([nameOf(name), value]);
        return "ssgan " + Quote(arguments);
    }

    /// <summary>Arguments as a shell takes them.</summary>
    public static string Quote(IEnumerable<string> arguments) => string.Join(' ', arguments.Select(static a =>
        a.Length > 0 && a.All(static c => char.IsAsciiLetterOrDigit(c) || "-_./:=,+@%".Contains(c, StringComparison.Ordinal)) ? a
            : $"'{a.Replace("'", "'\\''", StringComparison.Ordinal)}'"));

    static HashSet<string> Differences(TrainOptions options, Preset preset, GanEntry gan)
    {
        var values = SettingSources.Of(preset.For(options.Data.Size, gan), preset, []).SelectMany(static s => s.Settings)
            .ToDictionary(static s => s.Name, static s => s.Value);
        return [.. SettingSources.Of(options, preset, []).SelectMany(static s => s.Settings)
            .Where(s => values[s.Name] != s.Value).Select(static s => s.Name)];
    }
}
