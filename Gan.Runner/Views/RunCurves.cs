using ScottPlot;
using Ssgan.Engine.Serialization;
using Ssgan.Gan.Metrics;

namespace Ssgan.Runner.Views;

/// <summary>Scores of runs over their steps: a plot for each score, a line for each run.</summary>
static class ScoreCurves
{
    const int Width = 1000, PlotHeight = 400;

    /// <summary>
    /// Draws every score that is alike in all runs at two steps or more of each; the file appears whole or not at all.
    /// </summary>
    /// <returns>The scores that were drawn; where there are none, there is no file.</returns>
    public static IReadOnlyList<string> Save(IReadOnlyList<(string Name, IReadOnlyList<Receipt> Receipts)> runs, string path)
    {
        var drawn = new List<string>();
        var plots = new List<Plot>();
        PlotFont.Register();
        foreach (string metric in runs[0].Receipts.Select(static r => r.Metric).Distinct())
        {
            var lines = runs.Select(r => (r.Name, Points: Points(r.Receipts, metric))).ToList();
            if (lines.Any(static l => l.Points.Count < 2) || !AreAlike(lines.SelectMany(static l => l.Points))) continue;
            drawn.Add(metric);
            plots.Add(Draw(metric, lines));
        }
        if (plots.Count == 0) return drawn;
        var sheet = new Multiplot();
        sheet.Reset(plots[0]);
        foreach (var plot in plots.Skip(1)) sheet.AddPlot(plot);
        byte[] png = sheet.Render(Width, plots.Count * PlotHeight).GetImageBytes(ImageFormat.Png);
        foreach (var plot in plots) plot.Dispose();
        AtomicFile.Write(path, stream => stream.Write(png));
        return drawn;
    }

    /// <summary>The newest receipt of each step.</summary>
    static List<Receipt> Points(IReadOnlyList<Receipt> receipts, string metric) =>
        [.. receipts.Where(r => r.Metric == metric && r.Images.Step is not null).GroupBy(static r => r.Images.Step)
            .Select(static step => step.Last()).OrderBy(static r => r.Images.Step)];

    static bool AreAlike(IEnumerable<Receipt> receipts)
    {
        var all = receipts.ToList();
        return all.TrueForAll(r => ReceiptComparison.Differences(all[0], r).Count == 0);
    }

    static Plot Draw(string metric, IReadOnlyList<(string Name, List<Receipt> Points)> lines)
    {
        var plot = new Plot();
        plot.Font.Set(PlotFont.Name);
        foreach (var (name, points) in lines)
        {
            var line = plot.Add.Scatter(points.Select(static r => (double)r.Images.Step!.Value).ToArray(),
                points.Select(static r => r.Value).ToArray());
            (line.LegendText, line.LineWidth, line.MarkerSize) = (name, 1.5f, 5);
        }
        plot.YLabel(metric);
        plot.XLabel("step");
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { IntegerTicksOnly = true };
        plot.ShowLegend(Alignment.UpperRight);
        return plot;
    }
}
