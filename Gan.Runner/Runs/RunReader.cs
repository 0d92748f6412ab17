using System.Globalization;
using System.Text.RegularExpressions;
using Ssgan.Gan.Metrics;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;

namespace Ssgan.Runner.Runs;

/// <summary>What a run's folder tells, while it trains or after; nothing in it is changed.</summary>
sealed partial class RunReader
{
    // A receipt has about 2,000 bytes.
    const long MostReceiptBytes = 1 << 26;

    readonly LogTail _log;

    RunReader(RunFolder folder) => (Folder, _log) = (folder, new LogTail(folder.Metrics));

    /// <summary>The folder.</summary>
    public RunFolder Folder { get; }

    /// <summary>The folder's name.</summary>
    public string Name => Folder.Name;

    /// <summary>The log, as far as <see cref="Refresh"/> has read it.</summary>
    public RunCurves Curves => _log.Curves;

    /// <summary>Lines of the log that are none.</summary>
    public long LinesLeftOut => _log.LeftOut;

    /// <summary>Opens a run's folder; its log is read by <see cref="Refresh"/>.</summary>
    /// <exception cref="TrainingException">There is none.</exception>
    public static RunReader Open(string path) => new(RunFolder.Open(path));

    /// <summary>Reads what has come to the log since the last call.</summary>
    /// <returns>Whether anything did.</returns>
    public bool Refresh() => _log.Read();

    /// <summary>The sheets of samples, by step.</summary>
    public IReadOnlyList<SheetPlace> Grids() => !Directory.Exists(Folder.Samples) ? [] :
    [
        .. Directory.EnumerateFiles(Folder.Samples).Select(Sheet).OfType<SheetPlace>().OrderBy(static s => s.Step),
    ];

    static SheetPlace? Sheet(string file) => Grid().Match(Path.GetFileName(file)) is { Success: true } match
        ? new(long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), file) : null;

    /// <summary>Receipts of scores, in the order of their file.</summary>
    /// <param name="leftOut">Lines that are none: a torn last one, say.</param>
    /// <exception cref="TrainingException">The file is far too long.</exception>
    public IReadOnlyList<Receipt> Scores(out int leftOut)
    {
        leftOut = 0;
        if (!File.Exists(Folder.Scores)) return [];
        if (new FileInfo(Folder.Scores).Length is > MostReceiptBytes and var bytes)
            throw new TrainingException($"{Folder.Scores} has {bytes:N0} bytes, far more than receipts of scores.");
        var receipts = new List<Receipt>();
        using var file = new FileStream(Folder.Scores, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0) continue;
            try
            {
                receipts.Add(Receipt.FromJson(line, Folder.Scores));
            }
            catch (MetricException)
            {
                leftOut++;
            }
        }
        return receipts;
    }

    /// <summary>Whether a process holds the folder, or was killed while it did.</summary>
    public bool IsClaimed => File.Exists(Path.Combine(Folder.Path, ".claim"));

    [GeneratedRegex("^fakes-([0-9]{8,18})\\.png$")]
    private static partial Regex Grid();
}
