using System.CommandLine;
using System.Text.Json;
using Ssgan.Engine.Optim.Schedules;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>
/// "train --config": settings of a run and options of the program from a file, in the sections of config.json or side by side.
/// What stands on the command line goes before it.
/// </summary>
sealed class ConfigFile
{
    const string Gan = "gan";

    // Sections of config.json by the names of their values, for each GAN.
    static readonly Lazy<Dictionary<string, Dictionary<string, string>>> s_sections = new(static () =>
        GanCatalog.Entries.ToDictionary(static e => e.Name, static e =>
        {
            using var json = JsonDocument.Parse(new TrainOptions { Gan = e.Defaults }.ToJson());
            return json.RootElement.EnumerateObject().SelectMany(static s => s.Value.EnumerateObject(),
                static (s, v) => (Key: v.Name, Section: s.Name)).ToDictionary(static v => v.Key, static v => v.Section);
        }));

    readonly Dictionary<string, ConfigMember> _settings = [];
    readonly List<ConfigMember> _program = [];

    ConfigFile(string source, string? model) => (Source, Model) = (source, model);

    /// <summary>The file.</summary>
    public string Source { get; }

    /// <summary>The GAN whose settings it has; null where it names none.</summary>
    public string? Model { get; }

    /// <summary>Names of the settings that it has.</summary>
    public IReadOnlyCollection<string> Keys => _settings.Keys;

    /// <summary>Reads a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="program">Options that are no settings of a run.</param>
    /// <exception cref="UsageException">It cannot be read, or has something unknown; the message names it and its
    /// line.</exception>
    public static ConfigFile Read(string file, IEnumerable<Option> program)
    {
        var members = ConfigText.Read(file);
        var named = members.FirstOrDefault(static m => m is { Name: "model", Section: null or Gan });
        if (named is not null && !GanCatalog.Names.Contains(named.Text))
            throw new UsageException(
                $"{file}, line {named.Line}: model takes one of {Suggestions.NotAmong(GanCatalog.Names, named.Text)}");
        var config = new ConfigFile(file, named?.Text);
        string[] options = [.. program.Select(static o => KeyOf(o.Name))];
        foreach (var member in members.Where(m => m != named))
        {
            if (member.Section is null && options.Contains(member.Name)) config._program.Add(member);
            else
            {
                config.Check(member, options);
                config._settings.Add(member.Name, member);
            }
        }
        return config;
    }

    /// <summary>"dataDir" of "--data-dir".</summary>
    static string KeyOf(string option)
    {
        string[] words = option.TrimStart('-').Split('-');
        return words[0] + string.Concat(words.Skip(1).Select(static w => char.ToUpperInvariant(w[0]) + w[1..]));
    }

    /// <summary>Refuses a name that is no setting, or stands where it does not belong.</summary>
    void Check(ConfigMember member, IReadOnlyList<string> options)
    {
        var known = s_sections.Value[Model ?? GanCatalog.Names[0]];
        var all = s_sections.Value.Values.SelectMany(static s => s).DistinctBy(static s => s.Key).ToDictionary();
        string where = $"{Source}, line {member.Line}: {member.Name}";
        string[] owners = [.. s_sections.Value.Where(s => s.Value.ContainsKey(member.Name)).Select(static s => s.Key)];
        if (member.Section is { } section && !all.ContainsValue(section))
        {
            string[] sections = [.. all.Values.Distinct()];
            string title = $"{Source}, line {member.Line}: there is no section {section}";
            throw new UsageException(Suggestions.Nearest(section, sections) is { } near ? $"{title}; did you mean {near}?"
                : $"{title}, only {string.Join(", ", sections)}.");
        }
        if (owners.Length == 0)
        {
            string? called = all.Keys.FirstOrDefault(k => TrainArguments.NameOf(k) == $"--{member.Name}");
            string? meant = called ?? Suggestions.Nearest(member.Name, [.. all.Keys, .. options]);
            throw new UsageException(options.Contains(member.Name) ? $"{where} stands outside of all sections."
                : called is not null ? $"{where} is no setting; what --{member.Name} sets is called {called} in files."
                : meant is not null ? $"{where} is no setting; did you mean {meant}?"
                : $"{where} is no setting; a run's config.json shows all.");
        }
        if (Model is not null && !known.ContainsKey(member.Name))
            throw new UsageException($"{where} is no setting of {Model}, but of {string.Join(", ", owners)}.");
        if (member.Section is { } other && all[member.Name] != other)
            throw new UsageException($"{where} belongs into the section {all[member.Name]}, not {other}.");
    }

    /// <summary>The command line with the file's options of the program before its own, of which the last ones count.</summary>
    /// <exception cref="UsageException">One has a value that it does not take.</exception>
    public ParseResult Before(ParseResult parsed, IEnumerable<Option> program)
    {
        if (_program.Count == 0) return parsed;
        var given = new List<string>();
        foreach (var member in _program)
        {
            var option = program.First(o => KeyOf(o.Name) == member.Name);
            bool isSwitch = option is Option<bool>, isBoolean = member.Kind is JsonTokenType.True or JsonTokenType.False;
            bool isValue = isBoolean || member.Kind is JsonTokenType.String or JsonTokenType.Number;
            if (isSwitch != isBoolean || !isValue)
                throw Refused(member, isSwitch ? "true or false" : option.HelpName!);
            if (!parsed.Has(option)) given.AddRange([option.Name, member.Text]);
        }
        string[] tokens = [.. parsed.Tokens.Select(static t => t.Value)];
        int command = Array.IndexOf(tokens, parsed.CommandResult.Command.Name);
        var merged = parsed.RootCommandResult.Command.Parse([.. tokens[..(command + 1)], .. given, .. tokens[(command + 1)..]],
            parsed.Configuration);
        return merged.Errors.Count == 0 ? merged : throw new UsageException($"{Source}: {merged.Errors[0].Message}");
    }

    /// <summary>Settings with the file's put in, as far as the GAN has them.</summary>
    /// <param name="settings">What the file leaves out; its GAN is the one of the run.</param>
    /// <param name="begins">Whether a run begins with them.</param>
    /// <exception cref="UsageException">A value is of another kind; the message names it and its line.</exception>
    public TrainOptions Over(TrainOptions settings, bool begins)
    {
        var gan = GanCatalog.Of(settings.Gan.Model);
        var known = s_sections.Value[gan.Name];
        // An average that a file asks for takes the place of the other kind.
        bool decay = _settings.ContainsKey("emaDecay"), halfLife = _settings.ContainsKey("emaHalfLife");
        if (decay != halfLife)
        {
            var average = settings.Optimisation;
            settings = settings with
            {
                Optimisation = decay ? average with { EmaHalfLife = 0 } : average with { EmaDecay = 0 },
            };
        }
        foreach (var member in _settings.Values.Where(m => IsUsed(m, known)))
            settings = Written(settings, member, gan, known[member.Name]);
        // A rate that once fell anew falls from the first step in a run that begins.
        return begins ? settings with { Optimisation = settings.Optimisation with { DecayFrom = 0 } } : settings;
    }

    /// <summary>A sentence on what of the file a run does not use; null where it uses all.</summary>
    public string? Unused(TrainOptions settings, bool begins)
    {
        var known = s_sections.Value[settings.Gan.Model];
        string[] others = [.. _settings.Values.Where(m => !IsUsed(m, known)).Select(static m => m.Name)];
        if (others.Length > 0) return $"Of {Source} {string.Join(", ", others)} "
            + $"{(others.Length == 1 ? "is" : "are")} left out: the run's GAN is {settings.Gan.Model}.";
        return begins && _settings.TryGetValue("decayFrom", out var from) && from.Text != "0"
            ? $"Of {Source} decayFrom is left out: a run that begins has its learning rate fall from the first step." : null;
    }

    /// <summary>Of the file's knobs of one GAN another one takes none: they are that one's recipe.</summary>
    bool IsUsed(ConfigMember member, Dictionary<string, string> known) => known.TryGetValue(member.Name, out string? section)
        && (section != Gan || Model is null || s_sections.Value[Model] == known);

    TrainOptions Written(TrainOptions settings, ConfigMember member, GanEntry gan, string section)
    {
        switch (member.Name)
        {
            case "data" when member.Kind == JsonTokenType.String:
                return settings with { Data = settings.Data with { Data = TrainArguments.Place(member.Text) } };
            // The data say which there are.
            case "classes":
                return settings;
        }
        var setting = TrainOptions.Settings.Concat(TrainOptions.SettingsOf(gan))
            .FirstOrDefault(s => s.Text.Key == member.Name);
        string text = member.Kind switch { JsonTokenType.True => "on", JsonTokenType.False => "off", _ => member.Text };
        if (setting is not null && setting.Text.Accepts(text)) return setting.Write(settings, text);
        try
        {
            // What config.json writes otherwise than its option takes it.
            string name = section == Gan ? $"\"model\": \"{gan.Name}\", " : "";
            var alone = TrainOptions.FromJson($"{{\"{section}\": {{{name}\"{member.Name}\": {member.Json}}}}}", Source);
            var (mine, other) = (settings.Optimisation, alone.Optimisation);
            return member.Name switch
            {
                "decay" when !ScheduleCatalog.Names.Contains(other.Decay) => throw new FormatException(),
                "decay" => settings with { Optimisation = mine with { Decay = other.Decay } },
                "decayFrom" => settings with { Optimisation = mine with { DecayFrom = other.DecayFrom } },
                _ => setting is null ? throw new FormatException() : setting.Write(settings, setting.Read(alone)),
            };
        }
        catch (Exception e) when (e is TrainingException or FormatException)
        {
            throw Refused(member, Takes(member.Name, setting?.Text));
        }
    }

    static string Takes(string name, SettingText? setting) => setting switch
    {
        null => name switch
        {
            "data" => "the name of a data set or a place", "decay" => $"one of {string.Join(", ", ScheduleCatalog.Names)}",
            _ => "a whole number",
        },
        { Takes: { } words } => words,
        { Choices: { Count: > 0 } choices } => $"one of {string.Join(", ", choices)}",
        { Kind: "N" } => "a whole number",
        { Kind: "X" } => "a number",
        _ => "true or false",
    };

    UsageException Refused(ConfigMember member, string takes) =>
        new($"{Source}, line {member.Line}: {member.Name} takes {takes}, not {member.Json}.");
}
