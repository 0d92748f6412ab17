using System.Text.Json;
using Ssgan.Gan.Metrics;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Metrics;

public sealed class ReceiptTests
{
    static readonly Receipt s_receipt = new()
    {
        Metric = "KID-colours", Value = 0.5, Deviation = 0.1, Spread = 0.2, Values = [0.4, 0.6], Seeds = [0, 1],
        Protocol = "standard", Network = "colours", NetworkSha256 = "c0104e", Resize = "TensorFlow", Mapping = "Fixed",
        Parameters = new(StringComparer.Ordinal) { ["subsets"] = "100", ["subsetSize"] = "1000" },
        Real = new("cifar10", "aa", 50_000) { Of = 50_000, Choice = "all" },
        Images = new("runs/0001", "bb", 5000) { Model = "ssgan", Step = 100, Weights = "g_ema", BatchNorm = "running" },
        Arithmetic = "F32, direct convolutions", Device = "cpu", Version = "1.0.0",
        Date = new DateTime(2026, 11, 29, 12, 0, 0, DateTimeKind.Utc),
    };

    [Test]
    public void LineSaysEverythingAndIsReadBack()
    {
        string line = s_receipt.ToJson();
        Assert.That(line, Does.Not.Contain('\n'));
        Assert.That(Receipt.FromJson(line, "it").ToJson(), Is.EqualTo(line));
        using var json = JsonDocument.Parse(line);
        var names = json.RootElement.EnumerateObject().Select(static p => p.Name);
        Assert.That(names, Is.SupersetOf(new[]
        {
            "metric", "value", "deviation", "values", "seeds", "protocol", "network", "networkSha256", "resize", "mapping",
            "parameters", "real", "images", "arithmetic", "device", "version", "date",
        }));
    }

    [TestCase("", "it is no receipt")]
    [TestCase("null", "it is null")]
    [TestCase("{}", "metric")]
    [TestCase("{\"metric\":null}", "metric")]
    [TestCase("[1]", "no receipt")]
    public void OtherTextIsRefused(string line, string why) => Assert.That(() => Receipt.FromJson(line, "it"),
        Throws.TypeOf<MetricException>().With.Message.Contains("it is no receipt").And.Message.Contains(why));

    [Test]
    public void BrokenLineOfAFileIsNamed()
    {
        using var scratch = new TempFolder();
        string file = scratch["scores.jsonl"];
        Receipt.Append(file, [s_receipt, s_receipt]);
        Assert.That(Receipt.ReadAll(file), Has.Count.EqualTo(2));
        File.AppendAllText(file, "\n{\"metric\":\n");
        Assert.That(() => Receipt.ReadAll(file),
            Throws.TypeOf<MetricException>().With.Message.StartsWith($"Line 4 of {file} is no receipt"));
    }

    /// <summary>A process that is killed, or a loss of power, leaves a part of a line, or zeros for bytes.</summary>
    [TestCase("{\"metric\":", 2), TestCase("\0\0\0\0", 2), TestCase("", 3)]
    public void TornLastLineIsLeftOutAndTakenAway(string torn, int whole)
    {
        using var scratch = new TempFolder();
        string file = scratch["scores.jsonl"];
        Receipt.Append(file, [s_receipt, s_receipt]);
        // A whole line may lack its end, after an editor.
        File.AppendAllText(file, torn.Length > 0 ? torn : s_receipt.ToJson());
        Assert.That(Receipt.ReadAll(file), Has.Count.EqualTo(whole));
        Receipt.Append(file, [s_receipt]);
        Assert.That(Receipt.ReadAll(file), Has.Count.EqualTo(whole + 1));
        Assert.That(File.ReadAllText(file), Is.EqualTo(string.Concat(Enumerable.Repeat(s_receipt.ToJson() + "\n", whole + 1))));
    }

    [Test]
    public void WhatMovesAScoreMayNotDiffer()
    {
        (Receipt Other, string Field)[] cases =
        [
            (s_receipt with { Metric = "FID" }, "metric"), (s_receipt with { Protocol = "mimicry" }, "protocol"),
            (s_receipt with { Network = "other" }, "network"), (s_receipt with { NetworkSha256 = "dd" }, "network's SHA-256"),
            (s_receipt with { Resize = "Clean" }, "resizing"), (s_receipt with { Mapping = "MinMaxOfSet" }, "mapping to bytes"),
            (s_receipt with { Parameters = [] }, "parameters"),
            (s_receipt with { Real = s_receipt.Real! with { Hash = "cc" } }, "real images' hash"),
            (s_receipt with { Real = s_receipt.Real! with { Count = 10 } }, "number of real images"),
            (s_receipt with { Images = s_receipt.Images with { Count = 10 } }, "number of images"),
            (s_receipt with { Images = s_receipt.Images with { BatchNorm = "batch" } }, "batch norm's statistics"),
            (s_receipt with { Arithmetic = "tf32" }, "arithmetic"),
        ];
        foreach (var (other, field) in cases)
            Assert.That(ReceiptComparison.Differences(s_receipt, other).Select(static d => d.Field), Is.EqualTo(new[] { field }));
    }

    [Test]
    public void WhatIsScoredMayDiffer() => Assert.That(ReceiptComparison.Differences(s_receipt, s_receipt with
    {
        Value = 1, Deviation = null, Values = [1], Seeds = [5], Date = default, Device = "cuda:0", Version = "2",
        Images = s_receipt.Images with { Name = "x", Hash = "y", Step = 3, Weights = "g", Model = "sngan" },
    }), Is.Empty);
}
