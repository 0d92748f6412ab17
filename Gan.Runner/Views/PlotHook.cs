using Ssgan.Gan.Training;

namespace Ssgan.Runner.Views;

/// <summary>Redraws loss.png, and once more when the run ends.</summary>
sealed class PlotHook(long every) : IRunHook
{
    public Every Every { get; } = new(every, AtEnd: AtEnd.Always);

    public void Run(RunState run)
    {
        ArgumentNullException.ThrowIfNull(run);
        string file = run.Folder.Plot;
        try
        {
            LossPlot.Save(run.Folder.Metrics, run.Folder.Scores, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A picture is not worth the run; where the disk is really gone, the next checkpoint stops it.
            run.Observer.Notice($"{file} could not be written: {e.Message}");
        }
    }
}
