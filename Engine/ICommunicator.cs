namespace Ssgan.Engine;

/// <summary>
/// The ranks of one run, seen from one of them. Collectives are called by all ranks in the same order with the same sizes; none
/// waits for ever: a rank that does not come in time is named by a <see cref="CommunicatorException"/>. Not for several threads
/// at once.
/// </summary>
public interface ICommunicator : IDisposable
{
    /// <summary>This rank, from 0.</summary>
    int Rank { get; }

    /// <summary>How many ranks there are.</summary>
    int Size { get; }

    /// <summary>This rank among those on its machine, from 0.</summary>
    int LocalRank { get; }

    /// <summary>How many ranks are on this machine.</summary>
    int LocalSize { get; }

    /// <summary>What carries the messages, for the log; such as "Open MPI 4.1.4, 4 ranks on 2 machines".</summary>
    string Describe();

    /// <summary>Every rank gets the root's bytes.</summary>
    void Broadcast(Span<byte> data, int root);

    /// <summary>Every rank gets the bytes of all, in order of rank.</summary>
    /// <param name="mine">This rank's; as many on each.</param>
    /// <param name="all"><see cref="Size"/> times as many.</param>
    void AllGather(ReadOnlySpan<byte> mine, Span<byte> all);

    /// <summary>Returns when all ranks have called it.</summary>
    void Barrier();

    /// <summary>
    /// Begins to sum an F32 tensor over all ranks in place; every rank gets the same bits. Its memory may not be touched until
    /// <see cref="FinishSums"/>. On a device that queues work, both only queue: the sum is behind the kernels queued until now,
    /// beside those that follow, and before those behind <see cref="FinishSums"/>.
    /// </summary>
    void BeginSum(Tensor flat);

    /// <summary>Ends all sums that were begun.</summary>
    void FinishSums();

    /// <summary>
    /// Waits until all ranks have called it, to end together; false where one did not come within the time. Its messages do not
    /// meet those of collectives that other ranks may still be in.
    /// </summary>
    bool Leave(TimeSpan within);

    /// <summary>Ends all ranks at once, wherever they are, this one included.</summary>
    void Abort(int exitCode);
}
