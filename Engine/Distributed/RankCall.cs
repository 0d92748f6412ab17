using System.Globalization;

namespace Ssgan.Engine.Distributed;

/// <summary>What a rank waits in.</summary>
enum RankCall
{
    Sum, Broadcast, Gather, Barrier, Leave,
}

/// <summary>Where a rank waits.</summary>
/// <param name="call">In what.</param>
/// <param name="number">Which of its kind it is.</param>
/// <param name="sequence">Which call of all it is. A library may take a barrier's message for a broadcast's, so that one rank is
/// a call ahead.</param>
/// <param name="milliseconds">How long it has waited.</param>
sealed class RankPlace(RankCall call, long number, long sequence, long milliseconds)
{
    public RankCall Call => call;
    public long Number => number;
    public long Sequence => sequence;
    public long Milliseconds => milliseconds;

    /// <summary>Whether another rank waits in the same call.</summary>
    public bool IsAt(RankPlace other) => call == other.Call && number == other.Number && sequence == other.Sequence;

    /// <summary>"sum 1,234".</summary>
    public string Name => call switch
    {
        RankCall.Sum => "sum " + Grouped(number),
        RankCall.Broadcast => "broadcast " + Grouped(number),
        RankCall.Gather => "gather " + Grouped(number),
        RankCall.Barrier => "barrier " + Grouped(number),
        _ => "the end",
    };

    /// <summary>"in sum 1,234, call 1,240".</summary>
    public string Describe() => (call == RankCall.Leave ? "to end" : "in " + Name) + ", call " + Grouped(sequence);

    static string Grouped(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
