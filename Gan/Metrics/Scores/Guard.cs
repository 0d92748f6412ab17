namespace Ssgan.Gan.Metrics.Scores;

/// <summary>The checks that metrics share; each sentence names the metric.</summary>
static class Guard
{
    internal static void SameDimensions(string metric, int a, int b)
    {
        if (a != b)
            throw new ArgumentException(
                $"{metric}: one side has {a} features a row, the other {b}; both must come from one network.");
    }

    internal static void Rows(string metric, string which, FeatureSet set, int needed)
    {
        if (set.Count < needed)
            throw new ArgumentException($"{metric}: the {which} have {set.Count} {(set.Count == 1 ? "row" : "rows")}; "
                + $"{needed} are needed.");
    }

    internal static void AtLeast(string metric, string what, int value, int least)
    {
        if (value < least) throw new ArgumentException($"{metric}: {what} is {value}; it must be {least} or more.");
    }
}
