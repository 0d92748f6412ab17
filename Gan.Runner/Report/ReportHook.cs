using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Runner.Runs;

namespace Ssgan.Runner.Report;

/// <summary>Leaves the run's page when it ends.</summary>
/// <param name="nameOf">From a setting's name in config.json to its option.</param>
sealed class ReportHook(Func<string, string> nameOf) : IRunHook
{
    public Every Every { get; } = new(long.MaxValue, AtEnd: AtEnd.Always);

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
