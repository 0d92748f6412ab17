using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Runner.Runs;

namespace Ssgan.Runner.Report;

/// <summary>Leaves the run's page when it ends.</summary>
/// <param name="nameOf">From a setting's name in config.json to its option.</param>
sealed class ReportHook(Func<string, string> nameOf) : IRunHook
{
    public Every Every { get; } = new(long.MaxValue, AtEnd: AtEnd.Always);

    // A run may have been killed at its end, or have gone on from an end that had a page.
    public bool IsOwed(RunState run) => run.Done == run.Options.Optimisation.Steps
        && File.GetLastWriteTimeUtc(run.Folder.Report) < Directory.GetLastWriteTimeUtc(run.Folder.Checkpoint(run.Done));

    public void Run(RunState run)
    {
        string file = run.Folder.Report;
        try
        {
            ReportPage.Save(RunReader.Open(run.Folder.Path), file, nameOf, run.Done);
            run.Observer.Wrote("report", file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TrainingException)
        {
            // A page is not worth the run.
            run.Observer.Notice($"{file} could not be written: {e.Message}");
        }
    }
}
