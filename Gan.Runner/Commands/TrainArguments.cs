using System.CommandLine;
using Ssgan.Engine;
using Ssgan.Engine.Optim.Schedules;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data.Sources;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>The options of "train" and how they change a run's settings.</summary>
sealed class TrainArguments
{
    const string Restart = "restart";

    readonly Option<string> _data = OptionKinds.Text("--data", "NAME|DIR",
        $"{DatasetFactory.Described}. Default: {DatasetFactory.Names[0]}.");
    readonly Option<string> _model = OptionKinds.Choice("--model", "Which GAN. Default: "
        + string.Join("; ", GanCatalog.Entries.Select(static e => $"{e.Name}, {e.Description}")) + ".", [.. GanCatalog.Names]);
    readonly Option<string> _schedule = OptionKinds.Choice("--lr-schedule",
        "Course of the learning rate from --lr at the first step: "
        + string.Join("; ", ScheduleCatalog.Entries.Select(static e => $"{e.Name}, {e.Description}"))
        + $"; with --resume also {Restart}, the run's course anew from the checkpoint on.",
        [.. ScheduleCatalog.Names, Restart]);

    // One option for each setting; GANs may share one.
    readonly Dictionary<string, Option<string>> _settings = [];

    public TrainArguments()
    {
        var common = TrainOptions.Settings.Select(static s => s.Text).Concat(GanOptions.Common.Select(static s => s.Text));
        foreach (var text in common) _settings.Add(text.Option, OptionKinds.Of(text));
        foreach (var text in GanCatalog.Entries.SelectMany(static e => e.Own).Select(static s => s.Text))
        {
            string whose = $"{text.Description.TrimEnd('.')} ({string.Join(", ", OwnersOf(text.Option))}).";
            _settings.TryAdd(text.Option, OptionKinds.Of(text with { Description = whose }));
        }
    }

    public Option<string> Preset { get; } = OptionKinds.Choice("--preset",
        "Values of all options that are not given; \"ssgan presets\" shows them. Default: tiny on a CPU, else mimicry.",
        [.. Presets.Names]);

    public Option<string> Config { get; } = OptionKinds.Text("--config", "FILE.json",
        "Values of options that are not given, as a run's config.json has them; comments are allowed, and options that are no "
        + "settings stand outside of its sections, as dataDir.");

    public Option<string> Out { get; } = OptionKinds.Text("--out", "DIR",
        "The run's folder. Default: the next numbered one in runs.");

    public Option<string> Resume { get; } = OptionKinds.Text("--resume", "DIR",
        "Go on with a run (its newest checkpoint) or from one checkpoint.");

    public Option<string> InitFrom { get; } = OptionKinds.Text("--init-from", "PATH",
        "Begin with the weights of a run, a checkpoint or a safetensors or .pth file with Mimicry's names, as far as they fit.");

    public Option<string> DataDirectory { get; } = OptionKinds.Text("--data-dir", "DIR",
        "Where named data sets are kept. Default: data.");

    public Option<bool> VerifyData { get; } = OptionKinds.Switch("--verify-data",
        "Read all images again, also where names, sizes and times of their files are as they were.");

    public Option<string> Device { get; } = OptionKinds.Text("--device", "auto|cpu|cuda[:i]", "What computes. Default: auto.");

    public Option<int> Threads { get; } = OptionKinds.Number<int>("--threads", "CPU threads; 0, the default, takes all cores.");

    public Option<string> EvalNetwork { get; } = OptionKinds.Text("--eval-network", "auto|inception|resnet18|FILE",
        "What describes images for --eval-every, as eval's --network. Default: auto.");

    readonly Option<bool> _autotune = OptionKinds.Switch("--autotune",
        "On a GPU, time cuDNN's plans for each convolution when it is first met, and keep the fastest, also for later runs.");

    readonly Option<bool> _deterministic = OptionKinds.Switch("--deterministic",
        "On a GPU, take only plans that repeat their results bit for bit; without --autotune no others are ever taken. "
        + "On a CPU, whose results always repeat, sum convolutions plainly instead of by Winograd's method.");

    public Option<bool> DryRun { get; } = OptionKinds.Switch("--dry-run", "Print layers, memory and time per step, and leave.");

    public Option<bool> TensorBoard { get; } = OptionKinds.Switch("--tensorboard",
        "Write a file of events for TensorBoard into the run's folder: numbers, samples, weights, singular values.");

    public Option<bool> Serve { get; } = OptionKinds.Switch("--serve",
        "Show the run in a browser on this machine while it trains, beside the runs in the same folder.");

    public Option<int> Port { get; } = ServeCommand.PortOption();

    public RankArguments Ranks { get; } = new();

    public Option<bool> Plain { get; } = OptionKinds.Switch("--plain", "Print lines instead of a live panel.");

    public IEnumerable<Option> All =>
    [
        _data, _model, Config, Out, Resume, InitFrom, Preset, Device, Threads, .. _settings.Values, _schedule, EvalNetwork,
        DataDirectory, VerifyData, _autotune, _deterministic, DryRun, TensorBoard, Serve, Port, Plain,
        .. Ranks.All,
    ];

    /// <summary>Options that are no settings of a run, and which a file of settings may have beside them.</summary>
    public IEnumerable<Option> Program =>
        All.Except([_data, _model, _schedule, Config]).Except(_settings.Values);

    /// <summary>How the device is used.</summary>
    public DeviceOptions DeviceOptions(ParseResult parsed, string? cacheFolder) => new()
    {
        Threads = parsed.Pick(Threads, 0),
        Autotune = parsed.GetValue(_autotune), Deterministic = parsed.GetValue(_deterministic), CacheFolder = cacheFolder,
    };

    /// <summary>Names, in config.json, of the settings that stand on the command line.</summary>
    public IReadOnlyCollection<string> Given(ParseResult parsed)
    {
        var given = TrainOptions.Settings.Concat(GanCatalog.Entries.SelectMany(TrainOptions.SettingsOf))
            .Where(s => parsed.Has(_settings[s.Text.Option])).Select(static s => s.Text.Key).ToHashSet();
        if (parsed.Has(_data)) given.Add("data");
        if (parsed.Has(_schedule)) given.UnionWith(["decay", "decayFrom"]);
        return given;
    }

    /// <summary>Whether the learning rate is to fall anew from its start.</summary>
    public bool RestartsRate(ParseResult parsed) => parsed.Has(_schedule) && parsed.GetValue(_schedule) == Restart;

    /// <summary>Whether a course of the learning rate stands on the command line.</summary>
    public bool HasSchedule(ParseResult parsed) => parsed.Has(_schedule);

    /// <summary>The GAN on the command line, or the other one.</summary>
    public GanEntry Gan(ParseResult parsed, string otherwise) => GanCatalog.Of(parsed.Pick(_model, otherwise));

    /// <summary>The image side on the command line, or the other one.</summary>
    public int Size(ParseResult parsed, int otherwise)
    {
        var size = DataSettings.Settings.First(static s => s.Text.Key == "size");
        return parsed.Has(_settings[size.Text.Option])
            ? size.Write(new DataSettings(), parsed.GetValue(_settings[size.Text.Option])!).Size : otherwise;
    }

    /// <summary>Settings with everything that stands on the command line put in.</summary>
    /// <exception cref="UsageException">An option is another GAN's.</exception>
    public TrainOptions Apply(ParseResult parsed, TrainOptions settings)
    {
        var gan = Gan(parsed, settings.Gan.Model);
        if (gan.Name != settings.Gan.Model) settings = settings with { Gan = gan.Defaults };
        if (parsed.Has(_data)) settings = settings with { Data = settings.Data with { Data = Place(parsed.GetValue(_data)!) } };
        if (parsed.Has(_schedule))
        {
            string decay = RestartsRate(parsed) ? Anew(settings.Optimisation) : parsed.GetValue(_schedule)!;
            settings = settings with { Optimisation = settings.Optimisation with { Decay = decay, DecayFrom = 0 } };
        }
        settings = settings with { Optimisation = WithoutOtherDecay(parsed, settings.Optimisation) };
        Setting<TrainOptions>[] known = [.. TrainOptions.Settings, .. TrainOptions.SettingsOf(gan)];
        foreach (var (name, option) in _settings.Where(o => parsed.Has(o.Value)))
        {
            var setting = known.FirstOrDefault(s => s.Text.Option == name)
                ?? throw new UsageException($"{name} is no option of {gan.Name}, but of {string.Join(", ", OwnersOf(name))}.");
            settings = setting.Write(settings, parsed.GetValue(option)!);
        }
        return settings;
    }

    /// <summary>One way to average that is asked for takes the place of the other one, unless both are.</summary>
    OptimisationSettings WithoutOtherDecay(ParseResult parsed, OptimisationSettings settings)
    {
        bool decay = parsed.Has(_settings["--ema"]), halfLife = parsed.Has(_settings["--ema-half-life"]);
        if (decay == halfLife) return settings;
        return decay ? settings with { EmaHalfLife = 0 } : settings with { EmaDecay = 0 };
    }

    /// <summary>What begins anew: the run's course, or, where that has no end, the default one.</summary>
    static string Anew(OptimisationSettings optimisation) =>
        optimisation.Schedule().IsConstant ? ScheduleCatalog.Names[0] : optimisation.Decay;

    /// <summary>The option that sets a value of config.json; the value's own name where none does.</summary>
    public static string NameOf(string key) => key switch
    {
        "data" or "classes" => "--data",
        "model" => "--model",
        "decay" or "decayFrom" => "--lr-schedule",
        _ => TrainOptions.Settings.Concat(GanCatalog.Entries.SelectMany(TrainOptions.SettingsOf))
            .FirstOrDefault(s => s.Text.Key == key)?.Text.Option ?? key,
    };

    static IEnumerable<string> OwnersOf(string option) =>
        GanCatalog.Entries.Where(e => e.Settings.Any(s => s.Text.Option == option)).Select(static e => e.Name);

    /// <summary>A place on disk in full, so that a run is resumed from any folder; a name as it is.</summary>
    public static string Place(string data) =>
        !DatasetFactory.Names.Contains(data) && (Directory.Exists(data) || File.Exists(data))
            ? Path.GetFullPath(data) : data;
}
