namespace Ssgan.Engine.Kernels;

/// <summary>
/// What ranks with a device each compute together, on the queues of these devices: all ranks make the same calls in the same
/// order. Calls return when the work is queued, and may be captured. Where the host waits for the device, it looks whether all
/// ranks are well; a rank that keeps it waiting for too long ends the collectives.
/// </summary>
public interface IDeviceCollectives : IDisposable
{
    /// <summary>The library with its version: "NCCL 2.28.3".</summary>
    string Describe();

    /// <summary>
    /// Begins an F32 view = its sum over all ranks, with the same bits on each, behind what is queued and beside what will be.
    /// </summary>
    void BeginSum(TensorView view);

    /// <summary>What is queued from here on is behind all sums that were begun.</summary>
    void FinishSums();

    /// <summary>Each rank's view = the root's, as bytes.</summary>
    void Broadcast(TensorView view, int root);

    /// <summary>all = the views of all ranks in their order, as bytes; mine may be this rank's part of it.</summary>
    void AllGather(TensorView mine, TensorView all);

    /// <summary>
    /// Waits until the queue is empty; false where that takes longer, which ends the collectives.
    /// </summary>
    bool Wait(TimeSpan within);

    /// <summary>Ends the collectives at once; what is queued of them does nothing.</summary>
    void Abort();
}

/// <summary>Ranks that are to compute together, seen from one of them.</summary>
public sealed class DeviceRanks
{
    /// <summary>Carries a message of rank 0 to all ranks, before there is anything else.</summary>
    /// <param name="message">Rank 0's bytes; what comes from it on the others. Empty where this rank failed.</param>
    /// <param name="failed">Whether this rank cannot take part.</param>
    public delegate void Sharing(Span<byte> message, bool failed);

    /// <summary>This rank, from 0.</summary>
    public required int Rank { get; init; }

    /// <summary>How many ranks there are.</summary>
    public required int Size { get; init; }

    /// <summary>Called once by each rank.</summary>
    public required Sharing Share { get; init; }

    /// <summary>How long ranks wait for each other.</summary>
    public required TimeSpan Patience { get; init; }

    /// <summary>Makes the exception for a sentence that says why ranks cannot go on.</summary>
    public required Func<string, Exception?, Exception> Failure { get; init; }
}
