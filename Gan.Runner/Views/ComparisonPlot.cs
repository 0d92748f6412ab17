using ScottPlot;
using Ssgan.Engine.Serialization;
using Ssgan.Gan.Metrics;

namespace Ssgan.Runner.Views;

/// <summary>Losses and scores of runs over their steps: a plot for each, in which each run has a line.</summary>
static class ComparisonPlot
{
    const int Width = 1000, PlotHeight = 400, FewPoints = 20;

    /// <summary>
    /// Draws the losses that all runs logged, and every score that was computed alike in all, at two steps or more of each; the
    /// file appears whole or not at all.
    /// </summary>
    /// <returns>What was drawn; where that is nothing, there is no file.</returns>
    public static IReadOnlyList<string> Save(IReadOnlyList<(string Name, IReadOnlyList<IReadOnlyDictionary<string, double>> Log,
        IReadOnlyList<Receipt> Receipts)> runs, string path)
    {
        var drawn = new List<string>();
        var plots = new List<Plot>();
        PlotFont.Register();
        foreach (string loss in (string[])["loss_d", "loss_g"])
        {
            var lines = runs.Select(r => (r.Name, Points: LossPlot.Series(r.Log, loss, LossPlot.MostPoints))).ToList();
            if (lines.Any(static l => l.Points.Steps.Length < 2)) continue;
            drawn.Add(loss);
            plots.Add(Draw(loss, lines));
        }
        foreach (string metric in runs[0].Receipts.Select(static r => r.Metric).Distinct())
        {
            var lines = runs.Select(r => (r.Name, Points: Points(r.Receipts, metric))).ToList();
            if (lines.Any(static l => l.Points.Count < 2) || !AreAlike(lines.SelectMany(static l => l.Points))) continue;
            drawn.Add(metric);
            plots.Add(Draw(metric, [.. lines.Select(static l => (l.Name,
                (l.Points.Select(static r => (double)r.Images.Step!.Value).ToArray(),
                    l.Points.Select(static r => r.Value).ToArray())))]));
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

    static Plot Draw(string metric, IReadOnlyList<(string Name, (double[] Steps, double[] Values) Points)> lines)
    {
        var plot = new Plot();
        plot.Font.Set(PlotFont.Name);
        foreach (var (name, (steps, values)) in lines)
        {
            var line = plot.Add.Scatter(steps, values);
            (line.LegendText, line.LineWidth, line.MarkerSize) = (name, 1.5f, steps.Length < FewPoints ? 5 : 0);
        }
        plot.YLabel(metric);
        plot.XLabel("step");
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { IntegerTicksOnly = true };
        plot.ShowLegend(Alignment.UpperRight);
        return plot;
    }
}
