using Ssgan.Gan.Training;

namespace Ssgan.Runner.Views;

/// <summary>Passes everything on and redraws loss.png whenever new samples appear, and at the end.</summary>
sealed class PlottingObserver(ITrainingObserver inner, RunFolder folder) : ITrainingObserver
{
    public void Stepped(long step, long steps) => inner.Stepped(step, steps);

    public void Logged(TrainingReport report) => inner.Logged(report);

    public void Wrote(string what, string path)
    {
        inner.Wrote(what, path);
        if (what == "samples") Plot();
    }

    /// <summary>Draws the log as it is now.</summary>
    public void Plot()
    {
        string file = folder.Plot;
        try
        {
            LossPlot.Save(folder.Metrics, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A picture is not worth the run; where the disk is really gone, the next checkpoint stops it.
            inner.Notice($"{file} could not be written: {e.Message}");
        }
    }

    public void Notice(string message) => inner.Notice(message);
}
