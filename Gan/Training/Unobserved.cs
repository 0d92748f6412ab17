namespace Ssgan.Gan.Training;

/// <summary>Nobody watches.</summary>
sealed class Unobserved : ITrainingObserver
{
    public void Stepped(long step, long steps)
    {
    }

    public void Logged(TrainingReport report)
    {
    }

    public void Wrote(string what, string path)
    {
    }

    public void Notice(string message)
    {
    }
}
