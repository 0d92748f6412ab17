using System.Globalization;

namespace Ssgan.Runner.Commands;

/// <summary>
/// Where two logs part. A line has means since the line before, so lines are compared that end at the same step after a line of
/// the same step. What the machine says of itself, pace and memory, is left out; numbers are compared as they stand, exactly.
/// </summary>
/// <param name="Lines">How many lines were compared.</param>
/// <param name="Alike">The step of the last line before any difference; null for none.</param>
/// <param name="Step">The step of the first line that differs; null for none.</param>
/// <param name="Values">What differs in that line.</param>
sealed record RunParting(int Lines, long? Alike, long? Step, IReadOnlyList<(string Name, double Mine, double Other)> Values)
{
    const string StepName = "step";
    static readonly string[] s_machines = ["images_per_second", "elapsed_seconds", "live_bytes", "peak_bytes"];

    /// <summary>Compares two logs.</summary>
    public static RunParting Of(IReadOnlyList<IReadOnlyDictionary<string, double>> mine,
        IReadOnlyList<IReadOnlyDictionary<string, double>> other)
    {
        var theirs = Spans(other).ToDictionary(static s => (s.From, s.To), static s => s.Line);
        int lines = 0;
        long? alike = null;
        foreach (var (from, to, line) in Spans(mine))
        {
            if (!theirs.TryGetValue((from, to), out var counterpart)) continue;
            lines++;
            // Names that only one has are another GAN's.
            var unlike = line.Where(v => v.Key != StepName && !s_machines.Contains(v.Key) && counterpart.ContainsKey(v.Key)
                && !v.Value.Equals(counterpart[v.Key])).Select(v => (v.Key, v.Value, counterpart[v.Key]))
                .OrderBy(static v => !v.Key.StartsWith("loss_", StringComparison.Ordinal)).ToList();
            if (unlike.Count > 0) return new(lines, alike, to, unlike);
            alike = to;
        }
        return new(lines, alike, null, []);
    }

    static IEnumerable<(long From, long To, IReadOnlyDictionary<string, double> Line)> Spans(
        IEnumerable<IReadOnlyDictionary<string, double>> log)
    {
        long from = 0;
        foreach (var line in log)
        {
            long to = (long)line[StepName];
            // A log that goes back was put together by hand.
            if (to > from) yield return (from, to, line);
            from = to;
        }
    }

    /// <summary>One sentence.</summary>
    public string Describe(string mine, string other)
    {
        const int shown = 3;
        if (Lines == 0)
            return $"{mine} and {other} have no lines of their logs in common, so it is unknown where they part.";
        if (Step is null) return $"{mine} and {other} are the same in all {Lines} lines that both logged, to step {Alike}.";
        string values = string.Join(", ", Values.Take(shown).Select(static v =>
            string.Create(CultureInfo.InvariantCulture, $"{v.Name} {v.Mine:G7} and {v.Other:G7}")));
        return $"{mine} and {other} part at step {Step}{(Alike is null ? ", their first line" : $", after {Alike} in common")}: "
            + $"{values}{(Values.Count > shown ? $" and {Values.Count - shown} more" : "")}.";
    }
}
