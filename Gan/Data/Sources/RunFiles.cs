namespace Ssgan.Gan.Data.Sources;

/// <summary>
/// What a training run writes right into its folder, by names. A run may write into its own data: a folder of images leaves these
/// out.
/// </summary>
internal static class RunFiles
{
    internal const string Config = "config.json", Metrics = "metrics.jsonl", Plot = "loss.png", Claim = ".claim",
        Samples = "samples", Checkpoints = "checkpoints", Scores = "scores.jsonl", Best = "best",
        Starts = "starts.jsonl", Report = "report.html", Events = "events.out.tfevents.";

    /// <summary>Whether a folder is a run's. Folders of images may have a config.json too.</summary>
    internal static bool AreIn(string folder) => File.Exists(Path.Combine(folder, Config))
        && (File.Exists(Path.Combine(folder, Metrics)) || Directory.Exists(Path.Combine(folder, Checkpoints)));

    /// <summary>Whether a file or folder of this name in a run's folder is the run's; all else in there is its user's.</summary>
    internal static bool Include(string name) =>
        name is Config or Metrics or Plot or Claim or Samples or Checkpoints or Scores or Best or Starts or Report
        || name.StartsWith(Events, StringComparison.Ordinal);
}
