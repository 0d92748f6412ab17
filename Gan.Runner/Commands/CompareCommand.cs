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
        var command = new Command("compare", "Put scores of runs side by side, if they were computed alike.") { places };
        command.SetAction(parsed =>
        {
            string[] names = parsed.GetValue(places)!;
            if (names.Length < 2) throw new UsageException("compare takes at least two runs or files of receipts.");
            return Run([.. names.Select(static n => (n, (IReadOnlyDictionary<string, Receipt>)Newest(n)))], host);
        });
        return command;
    }

    /// <summary>The newest receipt of each score, by its name.</summary>
    static Dictionary<string, Receipt> Newest(string place)
    {
        string file = Directory.Exists(place) ? RunFolder.Open(place).Scores : place;
        if (!File.Exists(file))
            throw new UsageException(Directory.Exists(place)
                ? $"{place} has no scores yet; ssgan eval --checkpoint {place} computes some." : $"There is no file {place}.");
        var newest = new Dictionary<string, Receipt>();
        foreach (var receipt in Receipt.ReadAll(file)) newest[receipt.Metric] = receipt;
        return newest.Count > 0 ? newest : throw new UsageException($"{file} has no receipts.");
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
