namespace Ssgan.Engine.Distributed;

/// <summary>How ranks under MPI meet.</summary>
/// <param name="Library">The library's path or name; null tries those that go with the launcher.</param>
public sealed record MpiOptions(string? Library = null)
{
    /// <summary>How long a rank waits in a collective for the others. Time in which this process is stopped does not count.
    /// </summary>
    public TimeSpan Timeout { get; init; } = NcclCommunicator.DefaultPatience;

    /// <summary>How long, after that, a rank listens for signs of the others.</summary>
    public TimeSpan Listen { get; init; } = TimeSpan.FromSeconds(5);
}
