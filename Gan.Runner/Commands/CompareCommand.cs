using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Ssgan.Gan.Metrics;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;
using Ssgan.Runner.Views;

namespace Ssgan.Runner.Commands;

/// <summary>"compare": scores of several runs side by side, where their receipts agree.</summary>
static class CompareCommand
{
    public static Command Build(Host host)
    {
        var places = new Argument<string[]>("RUN")
        {
            Description = "Folders of runs that were scored, or files of receipts (.jsonl).", Arity = ArgumentArity.OneOrMore,
        };
        var plot = OptionKinds.Text("--plot", "FILE.png", "Draw the scores that runs have at several steps.");
        var command = new Command("compare", "Put scores of runs side by side, if they were computed alike.") { places, plot };
        command.SetAction(parsed =>
        {
            string[] names = parsed.GetValue(places)!;
            if (names.Length < 2) throw new UsageException("compare takes at least two runs or files of receipts.");
            var runs = names.Select(static n => (Name: n, Receipts: Read(n))).ToList();
            if (parsed.GetValue(plot) is { } file) Plot(runs, file, host);
            return Run([.. runs.Select(static r => (r.Name, (IReadOnlyDictionary<string, Receipt>)Newest(r.Receipts)))], host);
        });
        return command;
    }

    static IReadOnlyList<Receipt> Read(string place)
    {
        string file = Directory.Exists(place) ? RunFolder.Open(place).Scores : place;
        if (!File.Exists(file))
            throw new UsageException(Directory.Exists(place)
                ? $"{place} has no scores yet; ssgan eval --checkpoint {place} computes some." : $"There is no file {place}.");
        var receipts = Receipt.ReadAll(file);
        return receipts.Count > 0 ? receipts : throw new UsageException($"{file} has no receipts.");
    }

    /// <summary>The newest receipt of each score, by its name.</summary>
    static Dictionary<string, Receipt> Newest(IReadOnlyList<Receipt> receipts) =>
        receipts.GroupBy(static r => r.Metric).ToDictionary(static m => m.Key, static m => m.Last());

    static void Plot(IReadOnlyList<(string Name, IReadOnlyList<Receipt> Receipts)> runs, string file, Host host)
    {
        OptionKinds.CheckPng("--plot", file);
        var drawn = ScoreCurves.Save(runs, file);
        host.Out.WriteLine(drawn.Count > 0 ? $"{file}: {string.Join(", ", drawn)} by step."
            : $"There is nothing to draw for {file}: no score was computed alike at two steps or more of each run.");
    }

    static int Run(IReadOnlyList<(string Name, IReadOnlyDictionary<string, Receipt> Scores)> runs, Host host)
    {
        var table = new Table { Border = TableBorder.Ascii };
        table.AddColumn("score");
        foreach (var (name, _) in runs) table.AddColumn(new TableColumn(Markup.Escape(name)).RightAligned());
        var refusals = new List<string>();
        foreach (string metric in runs.SelectMany(static r => r.Scores.Keys).Distinct())
        {
            var known = runs.Where(r => r.Scores.ContainsKey(metric)).Select(r => (r.Name, Score: r.Scores[metric])).ToList();
            if (known.Count < 2) continue;
            var (first, receipt) = known[0];
            var unlike = known.Skip(1).Select(k => (k.Name, Differences: ReceiptComparison.Differences(receipt, k.Score)))
                .Where(static d => d.Differences.Count > 0).ToList();
            if (unlike.Count > 0)
            {
                refusals.AddRange(unlike.Select(u => $"{metric} of {first} and {u.Name} cannot stand side by side: "
                    + string.Join("; ", u.Differences.Select(static d => $"{d.Field} {d.Mine} and {d.Other}")) + "."));
                continue;
            }
            table.AddRow([Markup.Escape(metric), .. runs.Select(r => r.Scores.TryGetValue(metric, out var s) ? Cell(s) : "")]);
        }
        foreach (string refusal in refusals) host.Out.WriteLine(refusal);
        if (table.Rows.Count == 0)
        {
            throw new TrainingException(refusals.Count > 0 ? "No score of these was computed alike, so nothing can be compared."
                : "These have no score in common.");
        }
        Write(table, host);
        return ExitCode.Done;
    }

    static string Cell(Receipt receipt) => ScoreTable.Number(receipt.Value)
        + (receipt.Deviation is { } d ? $" ± {ScoreTable.Number(d)}" : "")
        + (receipt.Images.Step is { } step ? string.Create(CultureInfo.InvariantCulture, $" (step {step})") : "");

    static void Write(Table table, Host host)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(host.Out), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors,
        });
        console.Profile.Width = 120;
        console.Write(table);
    }
}
