using System.Runtime.ExceptionServices;
using Ssgan.Engine;

namespace Ssgan.Tests.Distributed;

/// <summary>Ranks that are threads of one process: what they exchange goes through arrays, summed in order of rank.</summary>
sealed class ThreadRanks : IDisposable
{
    // A mistake in a test shows as an error and not as a test that never ends.
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    readonly Barrier _barrier;
    readonly CancellationTokenSource _failed = new();
    readonly byte[][] _bytes;
    readonly float[][] _values;

    ThreadRanks(int size) => (_barrier, _bytes, _values) = (new(size), new byte[size][], new float[size][]);

    /// <summary>What each rank's thread returns, in order of rank; the first error of any is thrown.</summary>
    public static T[] Run<T>(int size, Func<ICommunicator, T> body)
    {
        using var ranks = new ThreadRanks(size);
        var results = new T[size];
        ExceptionDispatchInfo? first = null;
        Thread[] threads =
        [
            .. Enumerable.Range(0, size).Select(rank => new Thread(() =>
            {
                try
                {
                    results[rank] = body(new Member(ranks, rank));
                }
                catch (Exception e)
                {
                    Interlocked.CompareExchange(ref first, ExceptionDispatchInfo.Capture(e), null);
                    ranks._failed.Cancel();
                }
            })),
        ];
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        first?.Throw();
        return results;
    }

    public void Dispose()
    {
        _barrier.Dispose();
        _failed.Dispose();
    }

    void Meet()
    {
        if (!_barrier.SignalAndWait(s_patience, _failed.Token)) throw new CommunicatorException("A rank did not come.");
    }

    sealed class Member(ThreadRanks ranks, int rank) : ICommunicator
    {
        public int Rank => rank;
        public int Size => ranks._values.Length;
        public int LocalRank => rank;
        public int LocalSize => Size;

        public string Describe() => $"threads, {Size} ranks on 1 machine";

        public void Broadcast(Span<byte> data, int root)
        {
            byte[] all = new byte[data.Length * Size];
            AllGather(data, all);
            all.AsSpan(root * data.Length, data.Length).CopyTo(data);
        }

        public void AllGather(ReadOnlySpan<byte> mine, Span<byte> all)
        {
            ranks._bytes[rank] = mine.ToArray();
            ranks.Meet();
            for (int r = 0; r < Size; r++) ranks._bytes[r].CopyTo(all[(r * mine.Length)..]);
            ranks.Meet();
        }

        public void Barrier() => ranks.Meet();

        public void BeginSum(Tensor flat)
        {
            ranks._values[rank] = flat.ToArray();
            ranks.Meet();
            float[] sum = [.. ranks._values[0]];
            foreach (float[] other in ranks._values[1..])
            {
                Assert.That(other, Has.Length.EqualTo(sum.Length), "ranks sum different tensors");
                for (int i = 0; i < sum.Length; i++) sum[i] += other[i];
            }
            ranks.Meet();
            flat.CopyFrom<float>(sum);
        }

        public void FinishSums()
        {
        }

        public bool Leave(TimeSpan within)
        {
            ranks.Meet();
            return true;
        }

        public void Abort(int exitCode) => throw new CommunicatorException($"Rank {rank} aborts with {exitCode}.");

        public void Dispose()
        {
        }
    }
}
