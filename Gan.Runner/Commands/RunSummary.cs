using System.Globalization;
using Ssgan.Gan.Metrics;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Runner.Runs;
using Ssgan.Runner.Terminal;
using Ssgan.Runner.Views;

namespace Ssgan.Runner.Commands;

/// <summary>A run in a line.</summary>
/// <param name="Cells">What stands in the columns of <see cref="Titles"/>.</param>
/// <param name="Bytes">What it takes of the disk.</param>
sealed record RunSummary(string[] Cells, long Bytes)
{
    /// <summary>The columns.</summary>
    public static IReadOnlyList<string> Titles { get; } =
        ["run", "model", "data", "step", "state", "D / G loss", "score", "disk"];

    /// <summary>The runs of a folder, in the order of their names; the folder itself, if it is one.</summary>
    /// <exception cref="UsageException">There is no such folder.</exception>
    public static IReadOnlyList<RunFolder> Find(string place)
    {
        if (!Directory.Exists(place)) throw new UsageException($"There is no folder {place}.");
        return RunFolder.IsRun(place) ? [RunFolder.Open(place)] :
        [
            .. Directory.EnumerateDirectories(place).Where(RunFolder.IsRun).Order(StringComparer.Ordinal).Select(RunFolder.Open),
        ];
    }

    /// <summary>Looks at a run. One that cannot be read is listed as that.</summary>
    public static RunSummary Of(RunFolder run)
    {
        string name = run.Name;
        long bytes = SizeOf(new DirectoryInfo(run.Path));
        try
        {
            var options = run.Options();
            var last = LogTail.Last(run.Metrics);
            var scores = File.Exists(run.Scores) ? Receipt.ReadAll(run.Scores) : [];
            var score = scores.GroupBy(static r => r.Metric).FirstOrDefault()?.Last();
            long saved = run.CheckpointSteps() is [.., var newest] ? newest : 0, steps = options.Optimisation.Steps;
            long step = Math.Max(saved, (long)(last?.LastStep ?? 0));
            string data = Path.GetFileName(Path.TrimEndingDirectorySeparator(options.Data.Data));
            return new([name, options.Gan.Model, $"{data} {options.Data.Size}", $"{step}/{steps}",
                run.IsClaimed ? "running" : saved == steps ? "done" : saved > 0 ? "stopped" : "no checkpoint",
                last is null ? "" : $"{Value(last.Latest, "loss_d")} / {Value(last.Latest, "loss_g")}",
                score is null ? "" : $"{score.Metric} {ScoreTable.Number(score.Value)}", Format.Bytes(bytes)], bytes);
        }
        catch (Exception e) when (e is TrainingException or MetricException)
        {
            return new([name, "", "", "", "damaged", "", "", Format.Bytes(bytes)], bytes);
        }
    }

    static string Value(IReadOnlyDictionary<string, double> line, string name) =>
        line.TryGetValue(name, out double value) ? value.ToString("0.000", CultureInfo.InvariantCulture) : "?";

    /// <summary>Bytes of all files in a folder; what links lead to is elsewhere.</summary>
    public static long SizeOf(DirectoryInfo folder) => folder.EnumerateFiles("*", new EnumerationOptions
    {
        RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true,
    }).Sum(static f => Length(f));

    static long Length(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            // A run that is training replaces its files.
            return 0;
        }
    }
}
