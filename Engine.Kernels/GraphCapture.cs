namespace Ssgan.Engine.Kernels;

/// <summary>
/// A backend that can record the work which is queued on it, instead of running it, and queue all of it again in one call: CUDA
/// graphs. A replay runs the recorded kernels on the recorded addresses; the host code that queued them does not run again.
/// </summary>
public interface IGraphCapture
{
    /// <summary>From here on work is recorded. Transfers and waits are refused until the capture ends.</summary>
    /// <exception cref="InvalidOperationException">A capture is under way.</exception>
    void BeginCapture();

    /// <summary>Ends the capture. Nothing of it has run yet.</summary>
    ICapturedGraph EndCapture();

    /// <summary>Ends the capture and forgets it: what is left after the recorded code threw.</summary>
    void AbandonCapture();
}

/// <summary>Recorded work. Memory it uses must outlive it.</summary>
public interface ICapturedGraph : IDisposable
{
    /// <summary>Queues the recorded work.</summary>
    void Replay();
}
