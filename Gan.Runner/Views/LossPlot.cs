using ScottPlot;
using Ssgan.Engine.Serialization;
using Ssgan.Gan.Metrics;
using Ssgan.Gan.Training;

namespace Ssgan.Runner.Views;

/// <summary>
/// loss.png: losses above, rotation accuracies below, both over the steps of metrics.jsonl, and under these the scores of
/// scores.jsonl where there are any.
/// </summary>
static class LossPlot
{
    /// <summary>More points than these are averaged in equal runs: no screen shows more.</summary>
    public const int MostPoints = 2000;

    const int Width = 1000, PlotHeight = 400, FewPoints = 20;

    /// <summary>Draws the log; a log without a line leaves no file. The file appears whole or not at all.</summary>
    /// <exception cref="IOException">The log cannot be read or the picture not be written.</exception>
    public static void Save(string metrics, string scores, string path)
    {
        var rows = MetricsLog.Read(metrics).ToList();
        if (rows.Count == 0) return;
        byte[] png = Draw(rows, File.Exists(scores) ? Receipt.ReadAll(scores) : []);
        AtomicFile.Write(path, stream => stream.Write(png));
    }

    /// <summary>The picture as PNG bytes.</summary>
    /// <param name="rows">The log.</param>
    /// <param name="scores">Scores of checkpoints.</param>
    public static byte[] Draw(IReadOnlyList<IReadOnlyDictionary<string, double>> rows, IReadOnlyList<Receipt> scores)
    {
        using Plot losses = new(), accuracies = new(), curves = new();
        var sheet = new Multiplot();
        sheet.Reset(losses);
        sheet.AddPlot(accuracies);
        PlotFont.Register();
        losses.Font.Set(PlotFont.Name);
        accuracies.Font.Set(PlotFont.Name);
        Lines(losses, rows, ["loss_d", "loss_g", "loss_d_rotation", "loss_g_rotation"], Alignment.UpperRight);
        losses.YLabel("loss");
        Lines(accuracies, rows, ["rotation_accuracy_real", "rotation_accuracy_fake"], Alignment.LowerRight);
        var chance = accuracies.Add.HorizontalLine(0.25, 1, Colors.Gray, LinePattern.Dashed);
        chance.LegendText = "chance";
        accuracies.Axes.SetLimitsY(0, 1.02);
        accuracies.YLabel("rotation accuracy");
        if (Curves(curves, scores))
        {
            sheet.AddPlot(curves);
            curves.Font.Set(PlotFont.Name);
            curves.XLabel("step");
        }
        else accuracies.XLabel("step");
        return sheet.Render(Width, sheet.Subplots.Count * PlotHeight).GetImageBytes(ImageFormat.Png);
    }

    /// <summary>A line for each distance that was computed at two steps or more, relative to its first value: one scale holds
    /// them all. Of two scores of a step the newer counts.</summary>
    static bool Curves(Plot plot, IReadOnlyList<Receipt> scores)
    {
        bool any = false;
        foreach (var metric in scores.Where(static s => s.Images.Step is not null).GroupBy(static s => s.Metric))
        {
            var newest = metric.GroupBy(static s => s.Images.Step!.Value).OrderBy(static s => s.Key)
                .Select(static s => (Step: (double)s.Key, s.Last().Value)).ToList();
            if (newest.Count < 2) continue;
            any = true;
            var line = plot.Add.Scatter(newest.Select(static s => s.Step).ToArray(), newest.Select(s => s.Value / newest[0].Value)
                .ToArray());
            line.LegendText = $"{metric.Key} (1 is {ScoreTable.Number(newest[0].Value)})";
            line.LineWidth = 1.5f;
            line.MarkerSize = 5;
        }
        if (!any) return false;
        plot.YLabel("score, of its first value");
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { IntegerTicksOnly = true };
        plot.ShowLegend(Alignment.UpperRight);
        return true;
    }

    static void Lines(Plot plot, IReadOnlyList<IReadOnlyDictionary<string, double>> rows,
        ReadOnlySpan<string> names, Alignment legend)
    {
        foreach (string name in names)
        {
            var (steps, values) = Series(rows, name, MostPoints);
            if (steps.Length == 0) continue;
            var line = plot.Add.Scatter(steps, values);
            line.LegendText = name;
            line.LineWidth = 1.5f;
            // A line of one point has no length: few points get dots.
            line.MarkerSize = steps.Length < FewPoints ? 5 : 0;
        }
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { IntegerTicksOnly = true };
        plot.ShowLegend(legend);
    }

    /// <summary>
    /// One metric over the steps, averaged over runs of equal length where there are more than <paramref name="most"/> points.
    /// </summary>
    public static (double[] Steps, double[] Values) Series(IReadOnlyList<IReadOnlyDictionary<string, double>> rows,
        string name, int most)
    {
        var points = rows.Where(r => r.ContainsKey(name)).Select(r => (Step: r["step"], Value: r[name])).ToList();
        int run = Math.Max(1, (points.Count + most - 1) / most);
        var means = points.Chunk(run).Select(static c => (Step: c[^1].Step, Value: c.Average(static p => p.Value))).ToList();
        return ([.. means.Select(static m => m.Step)], [.. means.Select(static m => m.Value)]);
    }
}
