using Ssgan.Gan.Training;

namespace Ssgan.Runner.Runs;

/// <summary>
/// Writes down where a run trains, once a step has shown that it does. By then the folder is this process's own.
/// </summary>
sealed class StartHook(RunStart start) : IRunHook
{
    bool _wrote;

    public Every Every { get; } = new(1);

    public void Run(RunState run)
    {
        if (_wrote) return;
        _wrote = true;
        try
        {
            (start with { Step = run.Done - 1 }).AppendTo(run.Folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not worth the run; where the disk is really gone, the next checkpoint stops it.
            run.Observer.Notice($"{run.Folder.Starts} could not be written: {e.Message}");
        }
    }
}
