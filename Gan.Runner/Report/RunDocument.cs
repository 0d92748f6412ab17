using System.Globalization;
using System.Text.Json;
using Ssgan.Gan.Metrics;
using Ssgan.Gan.Training;
using Ssgan.Runner.Runs;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Report;

/// <summary>What a page shows of a run, as JSON.</summary>
/// <param name="run">The run, its log read.</param>
/// <param name="nameOf">From a setting's name in config.json to its option.</param>
sealed class RunDocument(RunReader run, Func<string, string> nameOf)
{
    const int MostScores = 500;

    /// <summary>Steps that are finished, where the caller knows more than the log.</summary>
    public long? Step { get; init; }

    /// <summary>What else was left out.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Writes it.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="sheets">The sheets that are shown, each with the address of its picture.</param>
    public void Write(Utf8JsonWriter json, IReadOnlyList<SheetPlace> sheets)
    {
        var (options, curves, grids) = (run.Folder.Options(), run.Curves, run.Grids());
        long? checkpoint = run.Folder.CheckpointSteps() is [.., var newest] ? newest : null;
        long steps = options.Optimisation.Steps;
        long done = Step ?? Math.Max((long)Math.Max(curves.LastStep, 0), checkpoint ?? 0);
        var notes = new List<string>(Notes);
        json.WriteStartObject();
        json.WriteString("name", run.Name);
        json.WriteString("version", RunStart.ProgramVersion);
        json.WriteString("made", DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture));
        // A process that ends writes its last page itself.
        json.WriteString("state", done >= steps ? "done" : Step is null && run.IsClaimed ? "running" : "stopped");
        json.WriteNumber("step", done);
        json.WriteNumber("steps", steps);
        json.WriteString("summary", $"{options.Gan.Model} on {Path.GetFileName(Path.TrimEndingDirectorySeparator(
            options.Data.Data))}, {options.Data.Size}x{options.Data.Size}");
        json.WriteString("command", RunCommandLine.Of(options, nameOf));
        if (checkpoint is { } saved) json.WriteNumber("checkpoint", saved);
        else json.WriteNull("checkpoint");
        Texts(json, "classes", options.Data.Classes);
        Settings(json, options);
        Curves(json, curves);
        json.WriteStartObject("sheets");
        json.WriteNumber("all", grids.Count);
        json.WriteStartArray("items");
        foreach (var (step, source) in sheets)
        {
            json.WriteStartObject();
            json.WriteNumber("step", step);
            json.WriteString("src", source);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        Scores(json, notes);
        Starts(json);
        if (run.LinesLeftOut > 0) notes.Add($"{run.LinesLeftOut:N0} lines of metrics.jsonl are no log lines of this run.");
        Texts(json, "notes", notes);
        json.WriteEndObject();
    }

    void Settings(Utf8JsonWriter json, TrainOptions options)
    {
        var (preset, sources) = RunCommandLine.Sources(options);
        json.WriteStartArray("settings");
        foreach (var (source, settings) in sources)
        {
            json.WriteStartObject();
            json.WriteString("title", source == "given" ? $"Other than preset {preset.Name}"
                : char.ToUpperInvariant(source[0]) + source[1..]);
            json.WriteStartArray("values");
            foreach (var (name, value) in settings.Where(static s => s.Value.Length > 0 && s.Name != "decayFrom"))
                Texts(json, null, [name == "classes" ? name : nameOf(name).TrimStart('-'), value]);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void Curves(Utf8JsonWriter json, RunCurves curves)
    {
        json.WriteStartObject("curves");
        json.WriteNumber("lines", curves.Lines);
        json.WriteNumber("perPoint", curves.LinesPerBucket);
        json.WriteStartArray("steps");
        foreach (double step in curves.Steps()) json.WriteNumberValue(step);
        json.WriteEndArray();
        json.WriteStartObject("series");
        foreach (string name in curves.Names)
        {
            json.WriteStartArray(name);
            foreach (double? value in curves.Values(name))
            {
                // As many places as a screen can show.
                if (value is { } number) json.WriteRawValue(number.ToString("G6", CultureInfo.InvariantCulture));
                else json.WriteNullValue();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    void Scores(Utf8JsonWriter json, List<string> notes)
    {
        var scores = run.Scores(out int leftOut);
        if (leftOut > 0) notes.Add($"{leftOut:N0} lines of scores.jsonl are no receipts.");
        if (scores.Count > MostScores) notes.Add($"The newest {MostScores} of {scores.Count:N0} scores are shown.");
        json.WriteStartArray("scores");
        foreach (var score in scores.Skip(scores.Count - MostScores))
        {
            json.WriteStartObject();
            json.WriteString("metric", score.Metric);
            json.WriteNumber("value", score.Value);
            if (score.Deviation is { } deviation) json.WriteNumber("deviation", deviation);
            else json.WriteNull("deviation");
            if (score.Images.Step is { } step) json.WriteNumber("step", step);
            else json.WriteNull("step");
            json.WriteString("of", Describe(score));
            json.WritePropertyName("receipt");
            json.WriteRawValue(score.ToJson());
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static string Describe(Receipt score) =>
        $"{Format.Count(score.Images.Count)} drawn" + (score.Real is { } real ? $", {Format.Count(real.Count)} real" : "")
        + $", protocol {score.Protocol}, {score.Network}";

    void Starts(Utf8JsonWriter json)
    {
        json.WriteStartArray("starts");
        foreach (var start in RunStart.Of(run.Folder))
        {
            json.WriteStartObject();
            json.WriteNumber("step", start.Step);
            json.WriteStartArray("facts");
            foreach (var (name, value) in start.Facts()) Texts(json, null, [name, value]);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void Texts(Utf8JsonWriter json, string? name, IEnumerable<string> texts)
    {
        if (name is null) json.WriteStartArray();
        else json.WriteStartArray(name);
        foreach (string text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
