using System.Globalization;
using System.Text;
using Ssgan.Benchmarks.Results;

namespace Ssgan.Benchmarks.Kit;

/// <summary>
/// The table of one folder of reports: our numbers, PyTorch's and ratios. Its rows are always the same; a cell is empty where
/// nothing was measured.
/// </summary>
static class Summary
{
    /// <summary>The peer's file beside the parts' reports.</summary>
    public const string PeerFile = "torch_peer.json";

    static readonly string[] s_parts = ["doctor", "conformance", "start", "parity", "captured", "kernels", "convolutions",
        "iteration", "ranks", "peer", "train", "suites"];
    static readonly string[] s_precisions = ["f32", "tf32", "bf16"];
    static readonly int[] s_batches = [64, 256];

    /// <summary>Markdown.</summary>
    /// <exception cref="KitException">A report is damaged; the message says which.</exception>
    public static string Of(string folder)
    {
        var reports = s_parts.Select(part => Path.Combine(folder, $"{part}.json")).Where(File.Exists)
            .Select(PartReport.Load).ToList();
        string peer = Path.Combine(folder, PeerFile);
        return Of(reports, File.Exists(peer) ? PeerTimes.Load(peer) : PeerTimes.None);
    }

    /// <summary>Markdown.</summary>
    public static string Of(IReadOnlyList<PartReport> reports, PeerTimes peer)
    {
        var text = new StringBuilder("# GPU kit\n\n");
        var machine = (reports.FirstOrDefault(static r => r.Machine.Device is not null)
            ?? (reports.Count > 0 ? reports[0] : null))?.Machine;
        if (machine is not null) text.Append($"{machine.Describe()}.\n");
        if (peer.Versions.Length > 0) text.Append($"Peer: {peer.Versions}.\n");
        if (reports.LastOrDefault(static r => r.Ceilings is not null)?.Ceilings is { } c)
            text.Append($"Measured on the card: {c.Describe()}.\n");
        Parts(text, reports);
        Times(text, reports, peer);
        Memory(text, reports, peer);
        return text.ToString();
    }

    static void Parts(StringBuilder text, IReadOnlyList<PartReport> reports)
    {
        text.Append("\n| part | result | seconds | date, UTC | command | in a sentence |\n|---|---|---|---|---|---|\n");
        foreach (string part in s_parts)
        {
            var r = reports.FirstOrDefault(r => r.Part == part);
            text.Append(r is null ? $"| {part} | | | | | |\n"
                : Say($"| {part} | {r.State.ToString().ToLowerInvariant()} | {r.Seconds:0.0} | {r.Date:yyyy-MM-dd HH:mm} ")
                    + $"| `{r.Command}` | {r.Message} |\n");
        }
    }

    static void Times(StringBuilder text, IReadOnlyList<PartReport> reports, PeerTimes peer)
    {
        text.Append("\nMedian times in ms; ratio = PyTorch's fastest / our fastest, so above 1 is faster than PyTorch. A rate is "
            + "that of our fastest.\n")
            .Append("\n| what | eager | in a graph | rate | of the card's | PyTorch without graphs | PyTorch's fastest | its "
                + "mode | ratio |\n|---|---|---|---|---|---|---|---|---|\n");
        foreach (string name in Names())
        {
            var (eager, graph) = (Find(reports, name, "eager"), Find(reports, name, "graph"));
            var best = new[] { eager, graph }.Where(static f => f is not null).MinBy(static f => f!.Value.Item.Time.MedianMs);
            var (plain, fastest) = (peer.Fastest(name, graphs: false), peer.Fastest(name));
            var (rate, share) = best is { } b ? Rate(b.Item, b.Ceilings) : ("", "");
            string ratio = best is { } ours && fastest is not null
                ? Say($"{fastest.Milliseconds / ours.Item.Time.MedianMs:0.00}") : "";
            text.Append($"| {name} |{Cell(eager?.Item.Time.MedianMs)}{Cell(graph?.Item.Time.MedianMs)}{Cell(rate)}{Cell(share)}")
                .Append($"{Cell(plain?.Milliseconds)}{Cell(fastest?.Milliseconds)}{Cell(fastest?.Mode)}{Cell(ratio)}\n");
        }
    }

    static void Memory(StringBuilder text, IReadOnlyList<PartReport> reports, PeerTimes peer)
    {
        text.Append("\nLargest memory of tensors in an iteration, in MiB; ratio = ours / PyTorch's in its fastest mode.\n")
            .Append("\n| what | ours, in a graph | PyTorch | ratio |\n|---|---|---|---|\n");
        foreach (string name in Names("iteration"))
        {
            var (ours, theirs) = (Find(reports, name, "graph")?.Item.PeakMib, peer.Fastest(name)?.PeakMib);
            string ratio = ours is not null && theirs is not null ? Say($"{ours / theirs:0.00}") : "";
            text.Append($"| {name} |{Cell(ours, "0")}{Cell(theirs, "0")}{Cell(ratio)}\n");
        }
    }

    static IEnumerable<string> Names()
    {
        foreach (string piece in IterationTimes.Pieces) foreach (string name in Names(piece)) yield return name;
        foreach (var item in KernelTimes.Items()) yield return item.Name;
        foreach (string precision in s_precisions) foreach (var item in ConvolutionTimes.Items(precision)) yield return item.Name;
    }

    static IEnumerable<string> Names(string piece) =>
        s_precisions.SelectMany(p => s_batches.Select(b => IterationTimes.Name(piece, p, b))
            .Append(IterationTimes.Name(piece, p, s_batches[0], onePass: true)));

    static (Measurement Item, Ceilings? Ceilings)? Find(IReadOnlyList<PartReport> reports, string name, string way)
    {
        foreach (var report in reports)
        {
            if (report.Measurements.FirstOrDefault(m => m.Name == name && m.Way == way) is { } found)
                return (found, report.Ceilings);
        }
        return null;
    }

    /// <summary>GB/s or TFLOP/s, and the fraction of what the card reached in the same process.</summary>
    static (string Rate, string Share) Rate(Measurement m, Ceilings? ceilings)
    {
        double seconds = m.Time.MedianMs / 1000;
        if (m.Operations > 0)
        {
            double rate = m.Operations / seconds / 1e12;
            return (Say($"{rate:0.0} TFLOP/s"), ceilings is not null && ceilings.Teraflops.TryGetValue(m.Precision,
                out double most) ? Say($"{rate / most:0%}") : "");
        }
        double copied = m.Bytes / seconds / 1e9;
        return (Say($"{copied:0} GB/s"), ceilings is null ? "" : Say($"{copied / ceilings.CopyGigabytes:0%}"));
    }

    static string Cell(double? value, string format = "0.0000") => Cell(value?.ToString(format, CultureInfo.InvariantCulture));

    static string Cell(string? value) => string.IsNullOrEmpty(value) ? " |" : $" {value} |";

    static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
