using System.Globalization;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>"0-63,100": seeds, one by one and in ranges.</summary>
static class SeedList
{
    /// <summary>The seeds of a text, in its order.</summary>
    /// <param name="text">Numbers and ranges with commas between them.</param>
    /// <param name="most">How many there may be.</param>
    /// <exception cref="UsageException">It is none, or names too many.</exception>
    public static ulong[] Parse(string text, int most)
    {
        var seeds = new List<ulong>();
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            int dash = part.IndexOf('-');
            ulong first = Number(dash < 0 ? part : part[..dash], text);
            ulong last = dash < 0 ? first : Number(part[(dash + 1)..], text);
            if (last < first) throw new UsageException($"--seeds has the range {part}, which ends before it begins.");
            if (last - first >= (ulong)(most - seeds.Count)) throw new UsageException($"--seeds names more than {most} seeds.");
            for (ulong seed = first; seed <= last; seed++)
            {
                seeds.Add(seed);
                if (seed == ulong.MaxValue) break;
            }
        }
        return [.. seeds];
    }

    static ulong Number(string text, string whole) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number
            : throw new UsageException($"--seeds takes numbers and ranges, as 0-63,100, not \"{whole}\".");
}
