using System.Globalization;
using Ssgan.Gan.Metrics;

namespace Ssgan.Runner.Views;

/// <summary>Scores for people; their receipts say the rest.</summary>
static class ScoreTable
{
    /// <summary>"FD-ResNet18=123.4 KID-ResNet18=0.0123".</summary>
    public static string Line(IReadOnlyList<Receipt> receipts) =>
        string.Join(' ', receipts.Select(static r => $"{r.Metric}={Number(r.Value)}"));

    /// <summary>A line for each score: its name, its value, and how far it may be trusted.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<Receipt> receipts)
    {
        int width = receipts.Max(static r => r.Metric.Length);
        foreach (var r in receipts)
        {
            var parts = new List<string> { $"{r.Metric.PadRight(width)}  {Number(r.Value)}" };
            if (r.Deviation is { } deviation) parts.Add($"± {Number(deviation)} over {r.Seeds.Count} seeds");
            if (r.Spread is { } spread)
                parts.Add($"± {Number(spread)} over {(r.Parameters.ContainsKey("splits") ? "splits" : "subsets")}");
            yield return string.Join(", ", parts);
        }
    }

    /// <summary>Five significant places.</summary>
    public static string Number(double value) => value.ToString("G5", CultureInfo.InvariantCulture);
}
