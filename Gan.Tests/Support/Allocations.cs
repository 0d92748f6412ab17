namespace Ssgan.Tests.Support;

/// <summary>Managed memory that code leaves behind.</summary>
static class Allocations
{
    /// <summary>
    /// Bytes that four calls allocate on this thread once warm: the least of several rounds, for the runtime now and then charges
    /// a thread with a whole allocation quantum, while what the call itself allocates is in every round.
    /// </summary>
    public static long PerRound(Action call)
    {
        for (int i = 0; i < 3; i++) call();
        long least = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 4; i++) call();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
