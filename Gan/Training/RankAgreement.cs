using System.Runtime.InteropServices;
using Ssgan.Engine.Nn;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Training;

/// <summary>What ranks that train together make sure of between steps. One rank agrees with itself.</summary>
static class RankAgreement
{
    /// <summary>Whether any rank says so; all ask together.</summary>
    public static bool Any(GanStep step, bool mine)
    {
        if (step.Ranks is not { } ranks) return mine;
        var all = new byte[ranks.Size];
        ranks.AllGather([mine ? (byte)1 : (byte)0], all);
        return all.AsSpan().Contains((byte)1);
    }

    /// <summary>
    /// Compares the networks of all ranks by a checksum: parameters, and spectral norm's vectors, which nobody exchanges.
    /// </summary>
    /// <exception cref="TrainingException">Those of a rank differ: from here on it would train something else.</exception>
    public static void CheckEqual(RunState run)
    {
        if (run.Step.Ranks is not { } ranks) return;
        var all = new ulong[ranks.Size];
        ulong mine = Checksum(run.Step);
        ranks.AllGather(MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in mine)), MemoryMarshal.AsBytes(all.AsSpan()));
        for (int rank = 1; rank < all.Length; rank++)
        {
            if (all[rank] == all[0]) continue;
            throw new TrainingException($"By step {run.Done} the networks of rank {rank} differ from those of rank 0, though "
                + "they began equal and made the same updates: the machines compute differently, or one of them wrongly. Ranks "
                + "need processors or cards of one kind.");
        }
    }

    /// <summary>FNV-1a over words of 64 bits: a difference in one bit shows.</summary>
    static ulong Checksum(GanStep step)
    {
        const ulong basis = 14695981039346656037, prime = 1099511628211;
        ulong hash = basis;
        byte[] bytes = [];
        foreach (var (_, network) in step.Networks)
        {
            foreach (var (_, tensor) in network.NamedParameters()) Add(tensor);
            foreach (var norm in network.Modules().OfType<SpectralNorm>())
            {
                Add(norm.U);
                Add(norm.V);
            }
        }
        return hash;

        void Add(Engine.Tensor tensor)
        {
            int count = (int)tensor.View.Bytes, words = (count + 7) / 8 * 8;
            if (bytes.Length < words) bytes = new byte[words];
            tensor.Backend.Download(tensor.View, bytes.AsSpan(0, count));
            bytes.AsSpan(count, words - count).Clear();
            foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(bytes.AsSpan(0, words))) hash = (hash ^ word) * prime;
        }
    }
}
