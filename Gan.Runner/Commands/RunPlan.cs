using System.CommandLine;
using System.Globalization;
using Ssgan.Engine;
using Ssgan.Engine.Optim.Schedules;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data.Sources;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Runner.Runs;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>What "train" will do, decided before anything is made.</summary>
/// <param name="Options">The run's settings.</param>
/// <param name="Preset">One sentence on where they come from.</param>
/// <param name="Checkpoint">The checkpoint to go on from, or null.</param>
/// <param name="Folder">The run's folder; null takes the next numbered one.</param>
/// <param name="IsNew">Whether the folder must not hold a run yet.</param>
sealed record RunPlan(TrainOptions Options, string Preset, string? Checkpoint, string? Folder, bool IsNew)
{
    /// <summary>Decides from the command line and a file of settings, which may be none.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="arguments">Its options.</param>
    /// <param name="config">The file.</param>
    /// <param name="device">What will compute.</param>
    /// <param name="claims">Whether a folder to go on in is put in order first; of several ranks one does.</param>
    /// <exception cref="UsageException">An option is out of range or may not change on resume.</exception>
    /// <exception cref="TrainingException">The run to resume is missing or damaged.</exception>
    public static RunPlan From(ParseResult parsed, TrainArguments arguments, ConfigFile? config, Device device,
        bool claims = true)
    {
        var plan = parsed.Has(arguments.Resume) ? Resume(parsed, arguments, config, claims)
            : New(parsed, arguments, config, device);
        DeviceChoice.CheckPrecision(device, plan.Options.Optimisation.Precision);
        Check(plan.Options, static (message, e) => new UsageException(message, e), TrainArguments.NameOf);
        return arguments.HasSchedule(parsed) && !FollowsSchedule(plan.Options) ? plan with
        {
            Preset = $"{plan.Preset}\n--lr-schedule has no effect: the learning rate of {plan.Options.Gan.Model} "
                + $"{plan.Options.Rate().Course}; --lr-end 0 leaves it to --lr-schedule.",
        } : plan;
    }

    /// <summary>Whether the GAN leaves the learning rate to the run's course.</summary>
    static bool FollowsSchedule(TrainOptions options) => options.Rate() == options.Optimisation.Schedule();

    static RunPlan New(ParseResult parsed, TrainArguments arguments, ConfigFile? config, Device device)
    {
        if (arguments.RestartsRate(parsed))
            throw new UsageException("--lr-schedule restart goes with --resume; a new run takes "
                + $"{string.Join(" or ", ScheduleCatalog.Names)}.");
        bool given = parsed.Has(arguments.Preset), cpu = device.Name == "cpu";
        string name = given ? parsed.GetValue(arguments.Preset)! : cpu ? Presets.Tiny : Presets.Mimicry;
        var chosen = Presets.Of(name);
        string other = name == Presets.Tiny ? Presets.Mimicry : Presets.Tiny;
        string sentence = given ? $"Preset {name}, as asked; options that are given override it."
            : $"Preset {name}, because the device is {(cpu ? "the CPU" : device.Name)}; --preset {other} takes another one "
                + "(ssgan presets shows all), and options that are given override any.";
        var gan = arguments.Gan(parsed, config?.Model ?? GanCatalog.Names[0]);
        var started = new TrainOptions { Gan = gan.Defaults };
        if (config is not null) started = config.Over(started, begins: true);
        var start = chosen.For(arguments.Size(parsed, started.Data.Size), gan);
        var options = arguments.Apply(parsed, config?.Over(start, begins: true) ?? start);
        if (config is not null && SettingSources.Of(options, chosen, [.. config.Keys, "model"]).Count == 1)
            sentence = $"Settings of {config.Source}, which has all of them; options that are given override it.";
        string notices = config?.Unused(options, begins: true) is { } unused ? $"\n{unused}" : "";
        return new RunPlan(options, $"{sentence}\n{Sources(options, chosen, arguments.Given(parsed), config)}{notices}", null,
            parsed.GetValue(arguments.Out), true);
    }

    /// <summary>A line for each source of settings: those that were given, the file's, the preset's, and the defaults.</summary>
    static string Sources(TrainOptions options, Preset preset, IReadOnlyCollection<string> given, ConfigFile? config)
    {
        string[] fromFile = [.. (config?.Keys ?? []).Except(given)];
        var sources = SettingSources.Of(options, preset, [.. given, .. fromFile]).SelectMany(s =>
            s.Settings.GroupBy(v => fromFile.Contains(v.Name) ? config!.Source : s.Source).OrderBy(g => g.Key != s.Source));
        return string.Join('\n', sources.Select(static s => $"  {s.Key}: "
            + string.Join(", ", s.Where(static v => v.Value.Length > 0 && v.Name != "decayFrom")
                .Select(static v => $"{TrainArguments.NameOf(v.Name).TrimStart('-')} {v.Value}"))));
    }

    static RunPlan Resume(ParseResult parsed, TrainArguments arguments, ConfigFile? config, bool claims)
    {
        if (parsed.Has(arguments.Preset))
            throw new UsageException("--preset does not go with --resume, which takes the settings of the run.");
        if (parsed.Has(arguments.InitFrom))
            throw new UsageException("--init-from does not go with --resume, which goes on with the run's own weights.");
        string path = parsed.GetValue(arguments.Resume)!;
        // A run that was killed while it replaced a checkpoint has it under another name until the folder is claimed. One that
        // only branches off from a run may do so while that trains.
        if (claims && !parsed.Has(arguments.Out) && File.Exists(Path.Combine(path, "config.json")))
            RunFolder.Open(path).Claim().Dispose();
        if (!parsed.Has(arguments.Out) && BeforeItsFirst(path) is { } begun)
            return new RunPlan(arguments.Apply(parsed, config?.Over(begun, begins: false) ?? begun),
                $"Settings of {path}, which has no checkpoint yet: it begins anew.", null, path, false);
        string checkpoint = RunFolder.FindCheckpoint(path);
        var state = Gan.Training.Checkpoint.ReadState(checkpoint);
        string? run = FindRun(path, checkpoint);
        var saved = state.Options;
        if (run is not null)
        {
            var own = RunFolder.Open(run);
            saved = own.Options();
            Check(saved, (message, e) => new TrainingException($"{own.Config} cannot be used: {message}", e));
        }
        // From before a restart of the learning rate, a run goes on as it did then.
        var (old, rate) = (state.Options.Optimisation, saved.Optimisation);
        if (state.Step < rate.DecayFrom)
            saved = saved with { Optimisation = rate with { Decay = old.Decay, DecayFrom = old.DecayFrom } };
        Trainer.CheckSettings(saved, state, checkpoint);
        var options = arguments.Apply(parsed, WithFile(saved));
        if (arguments.RestartsRate(parsed) && state.Step < options.Optimisation.Steps)
            options = options with { Optimisation = options.Optimisation with { DecayFrom = state.Step } };
        try
        {
            Trainer.CheckSettings(options, state, checkpoint, TrainArguments.NameOf);
        }
        catch (TrainingException e)
        {
            throw new UsageException(e.Message, e);
        }
        // A run's own folder as --out is no other place.
        string? branch = parsed.GetValue(arguments.Out) is { } place && (run is null || !IsSame(place, run)) ? place : null;
        string sentence = $"Settings of {run ?? checkpoint}, from step {state.Step}."
            + RateChange(options, state, arguments.HasSchedule(parsed));
        return new RunPlan(options, sentence, checkpoint, Destination(), branch is not null);

        // Another GAN in the file is a difference like others.
        TrainOptions WithFile(TrainOptions run) => config is null ? run : config.Over(config.Model is { } model
            && model != run.Gan.Model ? run with { Gan = GanCatalog.Of(model).Defaults } : run, begins: false);

        string Destination()
        {
            if (branch is not null) return branch;
            if (run is null)
                throw new UsageException($"{checkpoint} is not inside a run's folder; name the folder to go on in with --out.");
            long newest = RunFolder.Open(run).CheckpointSteps() is [.., var last] ? last : 0;
            // Going on in place would mix two histories in one folder.
            if (newest > state.Step)
                throw new UsageException(
                    $"{run} already has a checkpoint of step {newest}, newer than {checkpoint}; branch off into "
                    + "another folder with --out.");
            return run;
        }
    }

    /// <summary>
    /// The settings of a run that ended before its first checkpoint was due, by which it can begin anew; null for others. One
    /// that began with weights of another place would not be the same run.
    /// </summary>
    static TrainOptions? BeforeItsFirst(string path)
    {
        if (!RunFiles.AreIn(path)) return null;
        var run = RunFolder.Open(path);
        if (run.CheckpointSteps().Count > 0 || Directory.Exists(run.Best)
            || RunStart.Of(run).Any(static s => s.Arguments.Any(static a =>
                a.StartsWith("--init-from", StringComparison.Ordinal))))
            return null;
        var options = run.Options();
        double last = !File.Exists(run.Metrics) ? 0
            : MetricsLog.Read(run.Metrics).Select(static r => r["step"]).LastOrDefault();
        return last < options.Cadence.CheckpointEvery ? options : null;
    }

    /// <summary>
    /// What becomes of the learning rate, on a line of its own, where it does not go on as it would have; else nothing.
    /// </summary>
    static string RateChange(TrainOptions options, CheckpointState state, bool asked)
    {
        var (now, before) = (options.Rate(), state.Options.Rate());
        if (state.Step == options.Optimisation.Steps || now == before) return "";
        string offer = asked ? "" : "; --lr-schedule restart or constant takes another course";
        return string.Create(CultureInfo.InvariantCulture,
            $"\nThe learning rate goes from {before.At(state.Step):0.00e0} to {now.At(state.Step):0.00e0} "
            + $"and {now.Course}{offer}.");
    }

    static bool IsSame(string one, string other) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(one))
        == Path.TrimEndingDirectorySeparator(Path.GetFullPath(other));

    /// <summary>The run folder of a path or, above it, of the checkpoint; null where there is none.</summary>
    static string? FindRun(string path, string checkpoint)
    {
        if (path != checkpoint) return path;
        string? above = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetFullPath(checkpoint)));
        return above is not null && File.Exists(Path.Combine(above, "config.json")) ? Path.GetRelativePath(".", above) : null;
    }

    static void Check(TrainOptions options, Func<string, Exception, Exception> wrap, Func<string, string>? nameOf = null)
    {
        try
        {
            options.Validate(nameOf).Gan.CheckShapes(options.Data.Size, nameOf);
        }
        catch (Exception e) when (e is TrainingException or ArgumentException)
        {
            throw wrap(e.Message, e);
        }
    }
}
