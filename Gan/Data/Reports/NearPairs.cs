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
        var found = new List<(int, int)>();
        long left = MostComparisons;
        int[] heads = new int[1 << BandBits], next = new int[hashes.Length];
        // Of four parts of a hash three bits change three at most: one part at least is the same.
        for (int band = 0; band < Bands; band++)
        {
            Array.Fill(heads, -1);
            for (int i = 0; i < hashes.Length; i++)
            {
                int key = Part(hashes[i], band);
                for (int other = heads[key]; other >= 0; other = next[other])
                {
                    if (left-- == 0) return (found, false);
                    ulong difference = hashes[i] ^ hashes[other];
                    // What shares an earlier part as well was found by that.
                    if (BitOperations.PopCount(difference) > MostBits || SharesBefore(difference, band)) continue;
                    found.Add((other, i));
                    if (found.Count >= most) return (found, false);
                }
                (next[i], heads[key]) = (heads[key], i);
            }
        }
        found.Sort();
        return (found, true);
    }

    static int Part(ulong hash, int band) => (int)(hash >> band * BandBits & ((1ul << BandBits) - 1));

    static bool SharesBefore(ulong difference, int band)
    {
        for (int earlier = 0; earlier < band; earlier++)
            if (Part(difference, earlier) == 0) return true;
        return false;
    }
}
