using System.Numerics;

namespace Ssgan.Gan.Data.Reports;

/// <summary>Pairs of hashes that differ in few bits, without comparing all with all.</summary>
internal static class NearPairs
{
    /// <summary>So many bits of the 64 may differ.</summary>
    internal const int MostBits = 3;

    const int Bands = MostBits + 1, BandBits = 64 / Bands;
    // Of pictures that are all alike every pair is one; some are enough to say so.
    const long MostComparisons = 20_000_000;

    /// <summary>Pairs in order, at most so many, and whether all were looked for.</summary>
    internal static (List<(int First, int Second)> Pairs, bool All) Of(ReadOnlySpan<ulong> hashes, int most)
    {
        var found = new SortedSet<(int, int)>();
        long left = MostComparisons;
        // Of four parts of a hash three bits change three at most: one part at least is the same.
        for (int band = 0; band < Bands; band++)
        {
            var buckets = new Dictionary<ulong, List<int>>();
            for (int i = 0; i < hashes.Length; i++)
            {
                ulong key = hashes[i] >> band * BandBits & ((1ul << BandBits) - 1);
                if (!buckets.TryGetValue(key, out List<int>? bucket)) buckets[key] = bucket = [];
                foreach (int other in bucket)
                {
                    if (left-- == 0) return ([.. found], false);
                    if (BitOperations.PopCount(hashes[i] ^ hashes[other]) <= MostBits) found.Add((other, i));
                    if (found.Count >= most) return ([.. found], false);
                }
                bucket.Add(i);
            }
        }
        return ([.. found], true);
    }
}
