using System.Globalization;
using System.Text;

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
/// Two result files side by side. An item has changed where two things hold: the intervals of three standard errors around the two means do not
/// touch, and the medians differ by more than a least fraction, for the noise between two runs is larger than within one.
/// </summary>
sealed class Comparison
{
    public const double DefaultLeast = 0.05;
    const double StandardErrors = 3;

    readonly ResultFile _first, _second;
    readonly double _least;

    /// <param name="first">The file compared with.</param>
    /// <param name="second">The newer one.</param>
    /// <param name="least">The smallest change of a median that counts, as a fraction.</param>
    public Comparison(ResultFile first, ResultFile second, double least = DefaultLeast)
    {
        (_first, _second, _least) = (first, second, least);
        var before = first.Items.GroupBy(static i => i.Key()).ToDictionary(static g => g.Key, static g => g.First());
        Items = [.. second.Items.Where(i => before.ContainsKey(i.Key())).Select(i => Compare(before[i.Key()], i))];
        var common = Items.Select(static i => i.Key).ToHashSet();
        OnlyInFirst = [.. first.Items.Select(static i => i.Key()).Where(k => !common.Contains(k))];
        OnlyInSecond = [.. second.Items.Select(static i => i.Key()).Where(k => !common.Contains(k))];
    }

    /// <summary>What both have, in the second one's order.</summary>
    public IReadOnlyList<ComparedItem> Items { get; }

    public IReadOnlyList<string> OnlyInFirst { get; }

    public IReadOnlyList<string> OnlyInSecond { get; }

    ComparedItem Compare(ResultItem a, ResultItem b)
    {
        double ratio = b.MedianNs / a.MedianNs;
        bool apart = Math.Abs(a.MeanNs - b.MeanNs) > StandardErrors * (a.ErrorNs + b.ErrorNs);
        var change = apart && ratio > 1 + _least ? Change.Slower : apart && 1 / ratio > 1 + _least ? Change.Faster : Change.None;
        return new(b.Key(), a.MedianNs, b.MedianNs, ratio, change);
    }

    /// <summary>Markdown: what the devices themselves reached, then the items, then a sentence.</summary>
    public string Describe(string firstName, string secondName)
    {
        var text = new StringBuilder($"a: {firstName}, {_first.Date:yyyy-MM-dd HH:mm} UTC, version {_first.Version}\n")
            .Append(CultureInfo.InvariantCulture, $"b: {secondName}, {_second.Date:yyyy-MM-dd HH:mm} UTC, version {_second.Version}\n");
        foreach (var (device, before) in _first.Ceilings)
        {
            if (!_second.Ceilings.TryGetValue(device, out var after)) continue;
            text.Append(CultureInfo.InvariantCulture, $"{device}: copies {before.CopyGigabytes:0.0} and {after.CopyGigabytes:0.0} GB/s");
            foreach (var (precision, rate) in before.Teraflops)
            {
                if (after.Teraflops.TryGetValue(precision, out double other))
                    text.Append(CultureInfo.InvariantCulture, $", {precision} products {rate * 1000:0} and {other * 1000:0} GFLOP/s");
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
        text.Append($"\n{Items.Count} items: {Count(Change.Slower)} slower, {Count(Change.Faster)} faster, {Count(Change.None)} within the noise ")
            .Append(CultureInfo.InvariantCulture, $"(three standard errors, and {_least:0.#%}); ")
            .Append($"only in a: {OnlyInFirst.Count}, only in b: {OnlyInSecond.Count}.\n");
        return text.ToString();
    }

    /// <summary>How many items changed so.</summary>
    public int Count(Change change) => Items.Count(i => i.Change == change);
}
