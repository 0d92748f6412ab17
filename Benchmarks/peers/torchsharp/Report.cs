using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ssgan.Benchmarks.Peers;

/// <summary>A comparison as Markdown and as JSON.</summary>
sealed record Report(IReadOnlyList<Result> Results, int Threads, int Rounds, string OurVersions, string PeerVersions,
    double StolenPercent, DateTime Date)
{
    static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    static string Machine =>
        $"{Proc.Field("/proc/cpuinfo", "model name")}, {Environment.ProcessorCount} logical processors, "
            + $"{RuntimeInformation.OSDescription}";

    public string Markdown()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $"{Machine}; {Threads} threads, {Rounds} rounds taking turns, {Date:yyyy-MM-dd HH:mm} UTC, ")
            .AppendLine(CultureInfo.InvariantCulture, $"{StolenPercent:F1}% of the time stolen by the host.")
            .AppendLine(CultureInfo.InvariantCulture, $"Ours: {Listed(OurVersions)}. Peer: {Listed(PeerVersions)}.")
            .AppendLine("Times are medians in ms; ratio = peer / ours, above 1 is faster or smaller than the peer. Memory is "
                + "the peak resident set")
            .AppendLine("of a process with this item alone, in MiB.")
            .AppendLine()
            .AppendLine(
                "| item | ours | peer | ratio | our GFLOP/s | peer GFLOP/s | peer's way | our memory | peer memory | ratio |")
            .AppendLine("|---|---|---|---|---|---|---|---|---|---|");
        foreach (var r in Results)
        {
            var (ours, peer) = (r.Ours, r.Peer);
            text.Append(CultureInfo.InvariantCulture,
                $"| {r.Item.Name} | {Milliseconds(ours)} | {Milliseconds(peer)} | {r.Ratio:F2} ")
                .Append(CultureInfo.InvariantCulture, $"| {Rate(r, ours)} | {Rate(r, peer)} | {peer.Variant} ")
                .AppendLine(CultureInfo.InvariantCulture, $"| {ours.PeakMib:F0} | {peer.PeakMib:F0} | {r.MemoryRatio:F2} |");
        }
        return text.ToString();
    }

    public string Json() => new JsonObject
    {
        ["machine"] = Machine,
        ["date_utc"] = Date.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        ["threads"] = Threads,
        ["rounds"] = Rounds,
        ["stolen_percent"] = StolenPercent,
        ["ours"] = JsonNode.Parse(OurVersions),
        ["peer"] = JsonNode.Parse(PeerVersions),
        ["items"] = new JsonArray([.. Results.Select(static r => new JsonObject
        {
            ["name"] = r.Item.Name, ["detail"] = r.Item.Detail, ["gflop"] = r.Item.Gflop, ["ratio"] = r.Ratio,
            ["memory_ratio"] = r.MemoryRatio, ["ours"] = Side(r.Ours), ["peer"] = Side(r.Peer),
        })]),
    }.ToJsonString(s_indented);

    static JsonObject Side(Figures f) => new()
    {
        ["way"] = f.Variant, ["median_s"] = f.Median, ["min_s"] = f.Samples.Min(), ["max_s"] = f.Samples.Max(),
        ["samples_s"] = new JsonArray([.. f.Samples.Select(static s => (JsonNode)s)]), ["peak_rss_mib"] = f.PeakMib,
        ["start_rss_mib"] = f.StartMib,
    };

    static string Listed(string versions) =>
        string.Join(", ", JsonNode.Parse(versions)!.AsObject().Select(static v => $"{v.Key} {v.Value}"));

    static string Milliseconds(Figures f)
    {
        double ms = f.Median * 1e3;
        return ms.ToString(ms >= 100 ? "F0" : ms >= 10 ? "F1" : ms >= 1 ? "F2" : "F4", CultureInfo.InvariantCulture);
    }

    static string Rate(Result r, Figures f) =>
        r.Item.Gflop > 0 ? (r.Item.Gflop / f.Median).ToString("F0", CultureInfo.InvariantCulture) : "";
}
