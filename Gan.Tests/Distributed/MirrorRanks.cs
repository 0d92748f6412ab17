using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace Ssgan.Tests.Distributed;

/// <summary>
/// One rank that takes itself for several, all with the same values: a sum is a multiple. So a function of what all ranks have
/// can be differentiated by differences, all of them moving at once.
/// </summary>
sealed class MirrorRanks(int size) : ICommunicator
{
    public int Rank => 0;
    public int Size => size;
    public int LocalRank => 0;
    public int LocalSize => size;

    /// <summary>How many sums were begun.</summary>
    public int Sums { get; private set; }

    public string Describe() => "a mirror";

    public void Broadcast(Span<byte> data, int root)
    {
    }

    public void AllGather(ReadOnlySpan<byte> mine, Span<byte> all)
    {
        for (int r = 0; r < size; r++) mine.CopyTo(all[(r * mine.Length)..]);
    }

    public void Barrier()
    {
    }

    public void BeginSum(Tensor flat)
    {
        Sums++;
        flat.Backend.Unary(new Affine(size, 0), flat.View, flat.MutableView);
    }

    public void FinishSums()
    {
    }

    public bool Leave(TimeSpan within) => true;

    public void Abort(int exitCode) => throw new CommunicatorException($"Abort with {exitCode}.");

    public void Dispose()
    {
    }
}
