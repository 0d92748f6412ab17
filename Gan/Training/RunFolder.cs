using System.Globalization;
using System.Text.RegularExpressions;
using Ssgan.Engine.Serialization;
using Ssgan.Gan.Data.Sources;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Training;

/// <summary>
/// A run's folder: config.json, metrics.jsonl, samples/, checkpoints/step-00001000/, and scores.jsonl where
/// something was measured. New ones are numbered:
/// runs/0001-shapes-ssgan32.
/// </summary>
public sealed partial class RunFolder
{
    // What opening a file that is open for someone else alone fails with.
    const int SharingViolation = unchecked((int)0x80070020), LinuxWouldBlock = 11, MacWouldBlock = 35;

    RunFolder(string path) => Path = path;

    /// <summary>A folder that another rank of the run has made or opened, and alone writes to.</summary>
    internal static RunFolder OfAnother(string path) => new(path);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The settings.</summary>
    public string Config => System.IO.Path.Combine(Path, RunFiles.Config);

    /// <summary>One JSON object per log line.</summary>
    public string Metrics => System.IO.Path.Combine(Path, RunFiles.Metrics);

    /// <summary>Grids of images.</summary>
    public string Samples => System.IO.Path.Combine(Path, RunFiles.Samples);

    /// <summary>Checkpoints.</summary>
    public string Checkpoints => System.IO.Path.Combine(Path, RunFiles.Checkpoints);

    /// <summary>The plot of the losses.</summary>
    public string Plot => System.IO.Path.Combine(Path, RunFiles.Plot);

    /// <summary>Receipts of scores, one JSON object on each line.</summary>
    public string Scores => System.IO.Path.Combine(Path, RunFiles.Scores);

    /// <summary>Where the run was trained, one JSON object for each start of a process.</summary>
    public string Starts => System.IO.Path.Combine(Path, RunFiles.Starts);

    /// <summary>The run as a page for browsers.</summary>
    public string Report => System.IO.Path.Combine(Path, RunFiles.Report);

    /// <summary>The checkpoint that is best by a metric, where a run keeps one.</summary>
    public string Best => System.IO.Path.Combine(Path, RunFiles.Best);

    /// <summary>A checkpoint's folder.</summary>
    public string Checkpoint(long step) => System.IO.Path.Combine(Checkpoints, $"step-{step:D8}");

    /// <summary>A sample grid's file.</summary>
    public string Sample(long step) => System.IO.Path.Combine(Samples, $"fakes-{step:D8}.png");

    /// <summary>The file of scores of the run that a checkpoint's folder is in; null where it is in none.</summary>
    /// <param name="checkpoint">RUN/checkpoints/step-N or RUN/best.</param>
    public static string? ScoresOf(string checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        foreach (string up in (ReadOnlySpan<string>)["..", "../.."])
        {
            string above = System.IO.Path.GetFullPath(System.IO.Path.Combine(checkpoint, up));
            if (File.Exists(System.IO.Path.Combine(above, RunFiles.Config)))
                return new RunFolder(Nearer(above)).Scores;
        }
        return null;
    }

    /// <summary>A path from here where it is below, else whole.</summary>
    static string Nearer(string path) => System.IO.Path.GetRelativePath(".", path) is var relative
        && relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;

    /// <summary>
    /// Makes the next numbered folder under <paramref name="parent"/>; of two runs that start at once, each gets its own.
    /// </summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static RunFolder Create(string parent, string name)
    {
        ArgumentNullException.ThrowIfNull(parent);
        ArgumentNullException.ThrowIfNull(name);
        DurableFolder.Create(parent);
        string clean = Unusual().Replace(name.ToLowerInvariant(), "-").Trim('-');
        string unnamed = Prepare(System.IO.Path.Combine(parent, $".new-{System.IO.Path.GetRandomFileName()}")).Path;
        while (true)
        {
            int last = Directory.EnumerateDirectories(parent).Select(static d => Number().Match(System.IO.Path.GetFileName(d)))
                .Where(static m => m.Success).Select(static m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))
                .DefaultIfEmpty(0).Max();
            string path = System.IO.Path.Combine(parent, $"{last + 1:D4}-{clean}");
            try
            {
                // Making a folder succeeds where there is one; a folder with contents is never moved onto another.
                DurableFolder.Move(unnamed, path);
                return new RunFolder(path);
            }
            catch (IOException) when (Directory.Exists(path))
            {
                // Another run has just taken this number.
            }
            catch
            {
                Directory.Delete(unnamed, recursive: true);
                throw;
            }
        }
    }

    /// <summary>Makes a folder of the given path, which must not hold a run yet.</summary>
    /// <exception cref="TrainingException">It holds one, or others' things under its names, or the path is a file's.</exception>
    public static RunFolder CreateAt(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var folder = new RunFolder(path);
        if (File.Exists(path)) throw new TrainingException($"{path} is a file; a run needs a folder.");
        if (File.Exists(folder.Config))
            throw new TrainingException($"{path} already holds a run; resume it with --resume {path}, or name another folder.");
        // Once this is a run's folder, what has these names counts as the run's.
        foreach (string taken in (ReadOnlySpan<string>)
            [folder.Samples, folder.Checkpoints, folder.Plot, folder.Scores, folder.Best, folder.Starts, folder.Report])
        {
            if (File.Exists(taken) || Directory.Exists(taken) && Directory.EnumerateFileSystemEntries(taken).Any())
                throw new TrainingException(
                    $"{taken} is there already and no run's, so {path} cannot become a run's folder; name another one.");
        }
        return Prepare(path);
    }

    /// <summary>Opens a run's folder; nothing in it changes.</summary>
    /// <exception cref="TrainingException">There is none.</exception>
    public static RunFolder Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var folder = new RunFolder(path);
        if (!Directory.Exists(path)) throw new TrainingException($"There is no run folder {path}.");
        if (!File.Exists(folder.Config)) throw new TrainingException($"{path} is not a run folder: it has no config.json.");
        return folder;
    }

    /// <summary>
    /// Makes the folder the caller's own until the result is disposed or its process ends, and clears up what an interrupted
    /// write left. Two runs in one folder would mix their logs and take each other's checkpoints for left over.
    /// </summary>
    /// <exception cref="TrainingException">It is someone else's.</exception>
    /// <exception cref="IOException">Nothing can be written there.</exception>
    public IDisposable Claim()
    {
        string file = System.IO.Path.Combine(Path, RunFiles.Claim);
        FileStream claim;
        try
        {
            claim = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1,
                FileOptions.DeleteOnClose);
        }
        catch (IOException e) when (e.HResult is SharingViolation or LinuxWouldBlock or MacWouldBlock)
        {
            throw new TrainingException($"Another run is writing to {Path} right now; wait for it, or name another folder.", e);
        }
        Prepare(Path);
        Training.Checkpoint.RemovePartial(Checkpoints);
        Training.Checkpoint.RemovePartial(Path, RunFiles.Best);
        return claim;
    }

    /// <summary>The steps of its checkpoints, rising.</summary>
    public IReadOnlyList<long> CheckpointSteps() => !Directory.Exists(Checkpoints) ? [] :
    [
        .. Directory.EnumerateDirectories(Checkpoints).Select(static d => Step().Match(System.IO.Path.GetFileName(d)))
            .Where(static m => m.Success)
            .Select(static m => long.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)).Order(),
    ];

    /// <summary>Resolves what a user names as a checkpoint: its own folder, or a run's folder (the newest one there).</summary>
    /// <exception cref="TrainingException">There is none.</exception>
    public static string FindCheckpoint(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (File.Exists(System.IO.Path.Combine(path, Training.Checkpoint.StateFile))) return path;
        if (File.Exists(path))
            throw new TrainingException($"{path} is a file; give a run's folder, or a checkpoint's folder "
                + $"(the one with {Training.Checkpoint.StateFile}).");
        if (!Directory.Exists(path)) throw new TrainingException($"There is no checkpoint {path}.");
        var folder = new RunFolder(path);
        if (!Directory.Exists(folder.Checkpoints))
            throw new TrainingException(
                $"{path} is neither a checkpoint (it has no {Training.Checkpoint.StateFile}) nor a run folder (it "
                + "has no checkpoints).");
        var steps = folder.CheckpointSteps();
        if (steps.Count == 0) throw new TrainingException($"{path} has no checkpoint yet.");
        return folder.Checkpoint(steps[^1]);
    }

    static RunFolder Prepare(string path)
    {
        var folder = new RunFolder(path);
        DurableFolder.Create(folder.Samples);
        DurableFolder.Create(folder.Checkpoints);
        return folder;
    }

    [GeneratedRegex("^([0-9]{4,9})-")]
    private static partial Regex Number();

    [GeneratedRegex("^step-([0-9]{8,18})$")]
    private static partial Regex Step();

    [GeneratedRegex("[^a-z0-9._]+")]
    private static partial Regex Unusual();
}
