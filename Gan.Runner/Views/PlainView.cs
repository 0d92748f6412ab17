using System.Globalization;
using System.Text;
using Ssgan.Gan.Metrics;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Views;

/// <summary>
/// One line per report, for pipes and files: name=value in fixed columns, the step and the losses first. What does not fit a line
/// stands in metrics.jsonl.
/// </summary>
sealed class PlainView(TextWriter output, RunFacts facts) : IRunView
{
    public TrainingOutcome Show(Func<TrainingOutcome> run)
    {
        output.WriteLine($"run {facts.Folder}");
        output.WriteLine($"data {facts.Data}");
        output.WriteLine($"networks {facts.Networks}");
        output.Flush();
        return run();
    }

    public void Stepped(long step, long steps)
    {
    }

    public void Logged(TrainingReport report)
    {
        output.WriteLine(Line(report));
        output.Flush();
    }

    public void Wrote(string what, string path)
    {
        output.WriteLine($"wrote {what} {path}");
        output.Flush();
    }

    public void Scored(long step, IReadOnlyList<Receipt> receipts)
    {
        output.WriteLine($"scores step={step} {ScoreTable.Line(receipts)}");
        output.Flush();
    }

    // As wide as people make their windows.
    const int LineWidth = 120;

    public void Notice(string message) => output.WriteLine($"notice {message}");

    public void Dispose()
    {
    }

    /// <summary>A report as one line.</summary>
    public static string Line(TrainingReport report)
    {
        var line = new StringBuilder();
        bool full = false;
        int digits = report.Steps.ToString(CultureInfo.InvariantCulture).Length;
        Add("step", $"{report.Step.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0')}/{report.Steps}", 0);
        foreach (var (name, value) in report.Metrics.Where(static m => IsLoss(m.Name))) Add(name, Format.Value(value), 7);
        Add("eta", report.Remaining is { } left ? Format.Clock(left) : "?", 8);
        Add("images/s", report.ImagesPerSecond.ToString("0.0", CultureInfo.InvariantCulture), 6);
        Add("lr", report.LearningRate.ToString("0.00e0", CultureInfo.InvariantCulture), 7);
        foreach (var (name, value) in report.Metrics.Where(static m => !IsLoss(m.Name))) Add(name, Format.Value(value), 7);
        Add("live_mib", (report.LiveBytes >> 20).ToString(CultureInfo.InvariantCulture), 5);
        Add("peak_mib", (report.PeakBytes >> 20).ToString(CultureInfo.InvariantCulture), 5);
        return line.ToString().TrimEnd();

        static bool IsLoss(string name) => name.StartsWith("loss", StringComparison.Ordinal);

        // Trailing blanks take no room. Once something did not fit, nothing after it is let in, lest columns come and go.
        void Add(string name, string value, int width)
        {
            if (line.Length > 0 && !full) line.Append(' ');
            full |= line.Length + name.Length + 1 + value.Length > LineWidth;
            if (!full) line.Append(name).Append('=').Append(value.PadRight(width));
        }
    }
}
