using System.Globalization;
using System.Text;
using Ssgan.Engine.Kernels.Cuda;

namespace Ssgan.Benchmarks.Results;

/// <summary>How an item changed from one file to another.</summary>
enum Change
{
    /// <summary>By less than the noise.</summary>
    None,
    Faster,
    Slower,
}

/// <summary>An item of two files.</summary>
/// <param name="Ratio">The second median over the first: above 1 is slower.</param>
sealed record ComparedItem(string Key, double FirstNs, double SecondNs, double Ratio, Change Change);

/// <summary>
/// Two sides, of a result file or several each. An item has changed where two things hold: the intervals of three standard errors
/// around the means do not touch, and the medians differ by more than a least fraction. Several files of a side make its interval
/// as wide as its runs differ, which is mostly far more than one run shows.
/// </summary>
sealed class Comparison
{
    public const double DefaultLeast = 0.05;
    const double StandardErrors = 3;

    readonly IReadOnlyList<ResultFile> _first, _second;
    readonly double _least;

    /// <param name="first">Runs of what is compared with, at least one.</param>
    /// <param name="second">Runs of what is newer, at least one.</param>
    /// <param name="least">The smallest change of a median that counts, as a fraction.</param>
    public Comparison(IReadOnlyList<ResultFile> first, IReadOnlyList<ResultFile> second, double least = DefaultLeast)
    {
        (_first, _second, _least) = (first, second, least);
        var (a, b) = (Sides(first), Sides(second));
        var before = a.ToDictionary(static s => s.Key);
        Items = [.. b.Where(s => before.ContainsKey(s.Key)).Select(s => Compare(before[s.Key], s))];
        var common = Items.Select(static i => i.Key).ToHashSet();
        OnlyInFirst = [.. a.Select(static s => s.Key).Where(k => !common.Contains(k))];
        OnlyInSecond = [.. b.Select(static s => s.Key).Where(k => !common.Contains(k))];
    }

    /// <summary>What both have, in the second one's order.</summary>
    public IReadOnlyList<ComparedItem> Items { get; }

    public IReadOnlyList<string> OnlyInFirst { get; }

    public IReadOnlyList<string> OnlyInSecond { get; }

    /// <summary>An item in all runs of a side: the median of its medians, and where its mean may lie.</summary>
    sealed record Side(string Key, double Median, double Low, double High);

    static List<Side> Sides(IReadOnlyList<ResultFile> runs) =>
        [.. runs.SelectMany(static r => r.Items).GroupBy(static i => i.Key()).Select(static g => new Side(
            g.Key, Timing.Of([.. g.Select(static i => i.MedianNs)]).MedianMs,
            g.Min(static i => i.MeanNs - StandardErrors * i.ErrorNs), g.Max(static i => i.MeanNs + StandardErrors * i.ErrorNs)))];

    ComparedItem Compare(Side a, Side b)
    {
        double ratio = b.Median / a.Median;
        var change = b.Low > a.High && ratio > 1 + _least ? Change.Slower : a.Low > b.High && 1 / ratio > 1 + _least
            ? Change.Faster : Change.None;
        return new(b.Key, a.Median, b.Median, ratio, change);
    }

    /// <summary>Markdown: what the devices themselves reached, then the items, then a sentence.</summary>
    public string Describe(string firstName, string secondName)
    {
        var text = new StringBuilder($"a: {firstName}, {_first[0].Date:yyyy-MM-dd HH:mm} UTC, version {_first[0].Version}\n")
            .Append(CultureInfo.InvariantCulture,
                $"b: {secondName}, {_second[0].Date:yyyy-MM-dd HH:mm} UTC, version {_second[0].Version}\n");
        foreach (var (device, before) in _first[0].Ceilings)
        {
            if (!_second[0].Ceilings.TryGetValue(device, out var after)) continue;
            text.Append(CultureInfo.InvariantCulture,
                $"{device}: copies {before.CopyGigabytes:0.0} and {after.CopyGigabytes:0.0} GB/s");
            foreach (var (precision, rate) in before.Teraflops)
            {
                if (after.Teraflops.TryGetValue(precision, out double other))
                    text.Append(CultureInfo.InvariantCulture,
                        $", {precision} products {rate * 1000:0} and {other * 1000:0} GFLOP/s");
            }
            text.Append('\n');
        }
        text.Append("\n| item | a | b | b / a | |\n|---|---|---|---|---|\n");
        foreach (var item in Items)
        {
            string flag = item.Change == Change.None ? "" : item.Change == Change.Slower ? "slower" : "faster";
            text.Append($"| {item.Key} | {Spelling.Time(item.FirstNs)} | {Spelling.Time(item.SecondNs)} ")
                .Append(CultureInfo.InvariantCulture, $"| {item.Ratio:0.000} | {flag} |\n");
        }
        text.Append($"\n{Items.Count} items: {Count(Change.Slower)} slower, {Count(Change.Faster)} faster, {Count(Change.None)} "
            + $"within the noise ")
            .Append(CultureInfo.InvariantCulture, $"(three standard errors, and {_least:0.#%}); ")
            .Append($"only in a: {OnlyInFirst.Count}, only in b: {OnlyInSecond.Count}.\n");
        return text.ToString();
    }

    /// <summary>How many items changed so.</summary>
    public int Count(Change change) => Items.Count(i => i.Change == change);
}
