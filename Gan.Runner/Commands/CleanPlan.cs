using System.Globalization;
using Ssgan.Gan.Training;
using Ssgan.Runner.Runs;

namespace Ssgan.Runner.Commands;

/// <summary>
/// What of a run can go: whole checkpoints and grids by the names that runs give them. What has another name, or is a link, or
/// lies beside them is not the run's, and stays.
/// </summary>
/// <param name="Run">The run.</param>
/// <param name="Checkpoints">Folders of checkpoints, the oldest first.</param>
/// <param name="Grids">Files of grids, the oldest first.</param>
/// <param name="Foreign">Checkpoints that stay because of other files in them.</param>
/// <param name="Bytes">What all of it takes.</param>
sealed record CleanPlan(RunFolder Run, IReadOnlyList<string> Checkpoints, IReadOnlyList<string> Grids,
    IReadOnlyList<string> Foreign, long Bytes)
{
    /// <summary>Looks at a run; nothing changes.</summary>
    /// <param name="run">The run.</param>
    /// <param name="keep">How many of the newest checkpoints stay.</param>
    /// <param name="grids">Whether all grids but the newest go.</param>
    public static CleanPlan Of(RunFolder run, int keep, bool grids)
    {
        var old = IsOwn(run.Checkpoints) ? run.CheckpointSteps().SkipLast(keep).Select(run.Checkpoint).Where(IsOwn).ToList() : [];
        var foreign = old.Where(static c => !IsWhole(c)).ToList();
        var checkpoints = old.Except(foreign).ToList();
        List<string> sheets = grids && IsOwn(run.Samples) ? [.. RunReader.Open(run.Path).Grids().Select(static g => g.Place)
            .Where(IsOwn).SkipLast(1)] : [];
        return new(run, checkpoints, sheets, foreign, checkpoints.Sum(static c => RunSummary.SizeOf(new DirectoryInfo(c)))
            + sheets.Sum(static f => new FileInfo(f).Length));
    }

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsEmpty => Checkpoints.Count == 0 && Grids.Count == 0;

    /// <summary>"4 checkpoints (steps 500 to 2000), 3 grids".</summary>
    public string Describe()
    {
        string[] steps = [.. Checkpoints.Select(static c => Path.GetFileName(c)["step-".Length..].TrimStart('0'))];
        string[] parts =
        [
            .. steps.Length == 0 ? Array.Empty<string>()
                : [$"{Count(steps.Length, "checkpoint")} (step{(steps.Length == 1 ? "" : "s")} {steps[0]}"
                    + $"{(steps.Length == 1 ? "" : $" to {steps[^1]}")})"],
            .. Grids.Count == 0 ? Array.Empty<string>() : [Count(Grids.Count, "grid")],
        ];
        return string.Join(", ", parts);
    }

    /// <summary>"1 grid", "3 grids".</summary>
    public static string Count(int count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    /// <summary>Deletes it, while no one else may write there.</summary>
    /// <exception cref="Gan.Settings.TrainingException">The run is being trained.</exception>
    /// <exception cref="IOException">A file cannot be deleted; those before it are.</exception>
    public void Delete()
    {
        using var claim = Run.Claim();
        foreach (string checkpoint in Checkpoints)
        {
            // The state last: a folder without it is no checkpoint, and one without tensors is told to be none.
            File.Delete(Path.Combine(checkpoint, Checkpoint.TensorsFile));
            File.Delete(Path.Combine(checkpoint, Checkpoint.StateFile));
            Directory.Delete(checkpoint);
        }
        foreach (string grid in Grids) File.Delete(grid);
    }

    static bool IsOwn(string path) => Path.Exists(path) && !File.GetAttributes(path).HasFlag(FileAttributes.ReparsePoint);

    static bool IsWhole(string checkpoint) => Directory.EnumerateFileSystemEntries(checkpoint)
        .All(static e => Path.GetFileName(e) is Checkpoint.TensorsFile or Checkpoint.StateFile && IsOwn(e));
}
