using System.Globalization;
using Ssgan.Gan.Metrics;
using Ssgan.Runner.Terminal;
using Ssgan.Runner.Views;

namespace Ssgan.Runner.Commands;

/// <summary>Scores side by side, where their receipts agree.</summary>
static class ScoreComparison
{
    /// <summary>Prints a table of scores that were computed alike, and why others were not.</summary>
    /// <returns>Scores in the table, and scores that were refused.</returns>
    public static (int Alike, int Refused) Print(IReadOnlyList<ComparedRun> runs, Host host)
    {
        var scores = runs.Select(static r => (r.Name, r.Scores)).ToList();
        var rows = new List<string[]>();
        int refused = 0;
        foreach (string metric in scores.SelectMany(static r => r.Scores.Keys).Distinct())
        {
            var known = scores.Where(r => r.Scores.ContainsKey(metric)).Select(r => (r.Name, Score: r.Scores[metric])).ToList();
            if (known.Count < 2) continue;
            var (first, receipt) = known[0];
            var unlike = known.Skip(1).Select(k => (k.Name, Differences: ReceiptComparison.Differences(receipt, k.Score)))
                .Where(static d => d.Differences.Count > 0).ToList();
            foreach (var (name, differences) in unlike)
            {
                refused++;
                host.Out.WriteLine($"{metric} of {first} and {name} cannot stand side by side: "
                    + string.Join("; ", differences.Select(static d => $"{d.Field} {d.Mine} and {d.Other}")) + ".");
            }
            if (unlike.Count == 0)
                rows.Add([metric, .. scores.Select(r => r.Scores.TryGetValue(metric, out var s) ? Cell(s) : "")]);
        }
        if (rows.Count > 0) TextTable.Print(host.Out, ["score", .. runs.Select(static r => r.Name)], rows);
        return (rows.Count, refused);
    }

    static string Cell(Receipt receipt) => ScoreTable.Number(receipt.Value)
        + (receipt.Deviation is { } d ? $" ± {ScoreTable.Number(d)}" : "")
        + (receipt.Images.Step is { } step ? string.Create(CultureInfo.InvariantCulture, $" (step {step})") : "");
}
