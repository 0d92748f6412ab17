namespace Ssgan.Gan.Metrics.Scores;

/// <summary>
/// Loops over the host's cores. Bodies write what is theirs alone, so that results do not depend on the number of threads.
/// </summary>
static class HostLoop
{
    /// <param name="threads">Threads that may take part; 0 takes one per logical processor.</param>
    /// <param name="count">Items.</param>
    /// <param name="body">What is done of an item.</param>
    internal static void For(int threads, int count, Action<int> body)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        if (threads == 0) threads = Environment.ProcessorCount;
        if (threads > 1 && count > 1)
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, body);
            return;
        }
        for (int i = 0; i < count; i++) body(i);
    }
}
