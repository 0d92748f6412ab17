using Ssgan.Benchmarks.Kit;
using Ssgan.Benchmarks.Workloads;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Gan.Models;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Kit;

sealed class SummaryTests
{
    const string Peer = """
        {"torch": "2.9", "cuda": "12.8", "cudnn": 91000, "device": "Card",
         "ops": {
          "adam/fused": {"median_ms": 0.5}, "adam/fused/graph": {"median_ms": 0.3},
          "rotate_quarters/f32/n64s32/eager": {"median_ms": 0.08}, "rotate_quarters/f32/n64s32/compile": {"median_ms": 0.06},
          "conv3x3/bf16/c256s32n64/fwd": {"median_ms": 1.5}, "conv3x3/bf16/c256s32n64/wgrad": {"error": "out of memory"}},
         "iteration": {
          "fp32/batch64": {"iteration": {"median_ms": 90}, "d_step": {"median_ms": 12}, "g_step": {"median_ms": 30},
           "peak_mib": 4000},
          "amp/batch64": {"iteration": {"median_ms": 40}, "peak_mib": 3000},
          "amp_graph/batch64": {"iteration": {"median_ms": 20}, "peak_mib": 2000},
          "compile_graph/batch64": {"error": "no compiler"}}}
        """;

    static readonly Machine s_card = new("Card", "9.0", "CUDA 12.8", "12.8.4", null, "Linux", ".NET 10");

    static PartReport Report(string part, params Measurement[] items) => new()
    {
        Part = part, State = PartState.Done, Message = "done.", Date = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
        Command = $"ssgan-kit {part}", Seconds = 1.25, Machine = s_card,
        Ceilings = new(1000, new Dictionary<string, double> { ["f32"] = 50, ["bf16"] = 500 }),
        Measurements = items,
    };

    static Measurement Time(string name, string way, double ms, long bytes, double operations,
        string precision = "f32", double? mib = null) =>
        new(name, way, new Timing(ms, ms, ms, 30), bytes, operations, precision, mib);

    static string Make(IReadOnlyList<PartReport> reports, string? peer)
    {
        using var folder = new TempFolder();
        foreach (var report in reports) report.Save(Path.Combine(folder.Root, $"{report.Part}.json"));
        if (peer is not null) File.WriteAllText(Path.Combine(folder.Root, Summary.PeerFile), peer);
        return Summary.Of(folder.Root);
    }

    [Test]
    public void RowsHaveOurTimesRatesThePeersFastestAndRatios()
    {
        string text = Make(
        [
            Report("kernels", Time("adam", "eager", 0.2, 90_000_000, 0), Time("adam", "graph", 0.1, 90_000_000, 0)),
            Report("iteration", Time("iteration/bf16/batch64", "graph", 10, 0, 2e12, "bf16", 900),
                Time("iteration/f32/batch64", "eager", 100, 0, 2e12)),
        ], Peer);
        Assert.That(text, Does.Contain("Card (compute capability 9.0), driver for CUDA 12.8, cuBLAS 12.8.4, cuDNN absent"));
        Assert.That(text, Does.Contain("Peer: PyTorch 2.9, CUDA 12.8, cuDNN 91000, Card."));
        Assert.That(text, Does.Contain("| kernels | done | 1.2 | 2026-01-02 03:04 | `ssgan-kit kernels` | done. |").Or.Contain(
            "| kernels | done | 1.3 |"));
        Assert.That(text, Does.Contain("| adam | 0.2000 | 0.1000 | 900 GB/s | 90% | 0.5000 | 0.3000 | fused/graph | 3.00 |"));
        // BF16 stands beside the fastest of all modes, F32 beside the mode of its own arithmetic.
        Assert.That(text,
            Does.Contain("| iteration/bf16/batch64 | | 10.0000 | 200.0 TFLOP/s | 40% | 40.0000 | 20.0000 | amp_graph | 2.00 |"));
        Assert.That(text,
            Does.Contain("| iteration/f32/batch64 | 100.0000 | | 20.0 TFLOP/s | 40% | 90.0000 | 90.0000 | fp32 | 0.90 |"));
        Assert.That(text, Does.Contain("| iteration/bf16/batch64 | 900 | 2000 | 0.45 |"));
    }

    [Test]
    public void CellsAreEmptyWhereNothingWasMeasured()
    {
        string text = Make([Report("kernels", Time("adam", "eager", 0.2, 90_000_000, 0))], null);
        Assert.That(text, Does.Contain("| adam | 0.2000 | | 450 GB/s | 45% | | | | |"));
        Assert.That(text, Does.Contain("| iteration/tf32/batch256 | | | | | | | | |"));
        Assert.That(text, Does.Contain("| parity | | | | | |"));
    }

    [Test]
    public void TableHasTheSameRowsWithoutAnyReportAndWithThePeerAlone()
    {
        string nothing = Make([], null), alone = Make([], Peer);
        Assert.That(nothing.Split('\n').Count(static l => l.StartsWith("| conv3x3/", StringComparison.Ordinal)), Is.EqualTo(54));
        Assert.That(alone, Does.Contain("| rotate_quarters/f32/n64s32 | | | | | 0.0600 | 0.0600 | compile | |"));
        Assert.That(alone, Does.Contain("| conv3x3/bf16/c256s32n64/fwd | | | | | 1.5000 | 1.5000 | eager | |"));
        // What failed there has no time.
        Assert.That(alone, Does.Contain("| conv3x3/bf16/c256s32n64/wgrad | | | | | | | | |"));
        Assert.That(alone, Does.Contain("| d_step/bf16/batch64 | | | | | 12.0000 | 12.0000 | fp32 | |"));
    }

    [TestCase("kernels.json", "{\"part\": 3}")]
    [TestCase("kernels.json", "")]
    [TestCase(Summary.PeerFile, "{\"torch\": 1}")]
    [TestCase(Summary.PeerFile, "[")]
    public void DamagedFileIsNamed(string name, string content)
    {
        using var folder = new TempFolder();
        File.WriteAllText(Path.Combine(folder.Root, name), content);
        Assert.That(() => Summary.Of(folder.Root), Throws.TypeOf<KitException>().With.Message.Contains(name));
    }

    [Test]
    public void OperationsOfThePublishedNetworksAreThoseOfThePlainAlgorithm()
    {
        var (g, d) = Layers.Forward(Architecture.For(32));
        // Five discriminator updates (G, three forwards and as many backwards of D) and one of the generator,
        // batch 64: 3.43 TFLOP.
        Assert.That(64 * (8 * g + 49 * d) / 1e12, Is.EqualTo(3.43).Within(0.01));
    }
}
