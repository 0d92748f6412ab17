using System.Globalization;
using System.Text;
using Ssgan.Gan.Training;

namespace Ssgan.Runner;

/// <summary>One line per report, for pipes and files: name=value in fixed columns.</summary>
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

    public void Notice(string message) => output.WriteLine($"notice {message}");

    public void Dispose()
    {
    }

    /// <summary>A report as one line.</summary>
    public static string Line(TrainingReport report)
    {
        var line = new StringBuilder();
        int digits = report.Steps.ToString(CultureInfo.InvariantCulture).Length;
        Add("step", $"{report.Step.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0')}/{report.Steps}", 0);
        Add("eta", report.Remaining is { } left ? Format.Clock(left) : "?", 8);
        Add("images/s", report.ImagesPerSecond.ToString("0.0", CultureInfo.InvariantCulture), 7);
        Add("lr", report.LearningRate.ToString("0.00e0", CultureInfo.InvariantCulture), 7);
        foreach (var (name, value) in report.Metrics) Add(name, Format.Value(value), 8);
        Add("live_mib", (report.LiveBytes >> 20).ToString(CultureInfo.InvariantCulture), 5);
        Add("peak_mib", (report.PeakBytes >> 20).ToString(CultureInfo.InvariantCulture), 0);
        return line.ToString();

        void Add(string name, string value, int width)
        {
            if (line.Length > 0) line.Append(' ');
            line.Append(name).Append('=').Append(value.PadRight(width));
        }
    }
}
