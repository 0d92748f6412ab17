using Ssgan.Gan.Data;

namespace Ssgan.Gan.Metrics.Scores;

/// <summary>Rows drawn without replacement.</summary>
static class Subset
{
    /// <summary>The first <paramref name="size"/> of a shuffle of [0, count).</summary>
    internal static int[] Draw(SplitMix random, int count, int size)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        for (int i = 0; i < size; i++)
        {
            int j = i + random.Below(count - i);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order[..size];
    }
}
