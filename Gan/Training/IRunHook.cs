namespace Ssgan.Gan.Training;

/// <summary>When a run that ends calls a hook once more.</summary>
public enum AtEnd
{
    /// <summary>After the last step.</summary>
    WhenDone,
    /// <summary>Also after the step at which it was asked to stop.</summary>
    Always,
}

/// <summary>How often a hook is called.</summary>
/// <param name="Steps">Steps between two calls.</param>
/// <param name="AtStart">Whether also before the first step of a new run.</param>
/// <param name="AtEnd">When also at the end, if that step is none of those.</param>
public readonly record struct Every(long Steps, bool AtStart = false, AtEnd AtEnd = AtEnd.WhenDone)
{
    /// <summary>Whether a call is due after a step.</summary>
    /// <param name="step">Finished steps.</param>
    /// <param name="last">Steps in all.</param>
    public bool IsDue(long step, long last) => step % Steps == 0 || step == last;
}

/// <summary>
/// What a run does beside training, at its own cadence: a log line, a grid, a checkpoint, a plot. Calls come from the training
/// thread, between steps, in the order of the list that the trainer has.
/// </summary>
public interface IRunHook
{
    /// <summary>When it is called.</summary>
    Every Every { get; }

    /// <summary>
    /// Whether every rank of a run calls it, where there are several: it has to, if it computes together with the others. Else
    /// the first one does, which alone writes files.
    /// </summary>
    bool OnEveryRank => false;

    /// <summary>
    /// Whether a run that goes on from a checkpoint of its own has yet to call it for that step: the process that wrote the
    /// checkpoint ended before it came so far.
    /// </summary>
    bool IsOwed(RunState run) => false;

    /// <summary>Does its work.</summary>
    /// <exception cref="Settings.TrainingException">The run cannot go on.</exception>
    void Run(RunState run);
}
