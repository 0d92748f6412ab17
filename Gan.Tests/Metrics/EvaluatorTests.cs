using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Sources;
using Ssgan.Gan.Metrics;
using Ssgan.Gan.Metrics.Scores;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Metrics;

/// <summary>Whole evaluations with a network of no weights, against the scores computed by hand from its features.</summary>
public sealed class EvaluatorTests
{
    const int Size = 32;
    static readonly EvaluationOptions s_small = new() { Images = 120, Reals = 150, Metrics = ["fid", "kid", "pr", "dc", "mind"] };

    [Test]
    public void ScoresAreThoseOfTheFeatures()
    {
        using var device = Device.Cpu(1);
        using var network = new ColourNetwork();
        using var source = new ShapesSource(Size, 0);
        var receipts = new Evaluator(device, network, s_small).Run(source, r => Noise(device, r));
        var real = Features(SourceImages.Of(source, 150));
        var drawn = Features(Noise(device, new DrawRequest(0, 120, PixelMapping.Fixed, false)));
        double fid = FrechetDistance.Between(FeatureStatistics.Of(real), FeatureStatistics.Of(drawn));
        var kid = KernelDistance.Between(device, real, drawn, 100, 120, 0);
        var manifold = Manifold.Between(device, real, drawn);
        Assert.That(receipts.Select(static r => (r.Metric, r.Value)), Is.EqualTo(new[]
        {
            ("FD-colours", fid), ("KID-colours", kid.Value), ("precision-colours", manifold.Precision),
            ("recall-colours", manifold.Recall), ("density-colours", manifold.Density), ("coverage-colours", manifold.Coverage),
            ("MIND-colours", Mind.Between(device, real.Sample(120, 0), drawn.Sample(120, 0), 0)),
        }));
        Assert.That(receipts[1].Spread, Is.EqualTo(kid.Deviation));
        Assert.That(receipts[1].Parameters, Is.EquivalentTo(new Dictionary<string, string>
        {
            ["subsets"] = "100", ["subsetSize"] = "120",
        }));
    }

    [Test]
    public void MeanAndDeviationAreOverTheSeeds()
    {
        using var device = Device.Cpu(1);
        using var network = new ColourNetwork();
        using var source = new ShapesSource(Size, 0);
        var all = new Evaluator(device, network, s_small with { Metrics = ["fid"], Seeds = [3, 4] })
            .Run(source, r => Noise(device, r))[0];
        double[] values = [.. new ulong[] { 3, 4 }.Select(seed => new Evaluator(device, network,
            s_small with { Metrics = ["fid"], Seeds = [seed] }).Run(source, r => Noise(device, r))[0].Value)];
        Assert.That(all.Values, Is.EqualTo(values));
        Assert.That(all.Value, Is.EqualTo(values.Average()));
        Assert.That(all.Deviation, Is.EqualTo(Math.Abs(values[0] - values[1]) / 2).Within(1e-12));
    }

    [Test]
    public void MimicryStretchesImagesAndScoresThemByBatchStatistics()
    {
        using var device = Device.Cpu(1);
        using var network = new ColourNetwork(5);
        using var source = new ShapesSource(Size, 0);
        var asked = new List<DrawRequest>();
        var receipts = new Evaluator(device, network, s_small with { Metrics = ["fid", "is"], Protocol = MetricProtocol.Mimicry })
            .Run(source, r =>
            {
                asked.Add(r);
                return Noise(device, r);
            });
        Assert.That(asked, Is.EqualTo(new[]
        {
            new DrawRequest(0, 120, PixelMapping.MinMaxOfSet, false), new DrawRequest(0, 120, PixelMapping.MinMaxOfBatch, true),
        }));
        Assert.That(receipts.Select(static r => r.Mapping), Is.EqualTo(new[] { "MinMaxOfSet", "MinMaxOfBatch" }));
        Assert.That(receipts.Select(static r => r.Images.BatchNorm), Is.EqualTo(new[] { "running", "batch" }));
        Assert.That(receipts[1].Real, Is.Null);
    }

    [Test]
    public void ScoresByBatchStatisticsMayShareTheMapping()
    {
        using var device = Device.Cpu(1);
        using var network = new ColourNetwork(5);
        using var source = new ShapesSource(Size, 0);
        var protocol = MetricProtocol.Standard with { ScoresByBatchStatistics = true };
        var receipts = new Evaluator(device, network, s_small with { Metrics = ["fid", "is"], Protocol = protocol })
            .Run(source, r => Noise(device, r));
        Assert.That(receipts.Select(static r => (r.Mapping, r.Images.BatchNorm)),
            Is.EqualTo(new[] { ("Fixed", "running"), ("Fixed", "batch") }));
    }

    [Test]
    public void StandardProtocolDrawsOnceForAllMetrics()
    {
        using var device = Device.Cpu(1);
        using var network = new ColourNetwork(5);
        using var source = new ShapesSource(Size, 0);
        int draws = 0;
        new Evaluator(device, network, s_small with { Metrics = ["fid", "is"] }).Run(source, r =>
        {
            draws++;
            return Noise(device, r);
        });
        Assert.That(draws, Is.EqualTo(1));
    }

    [Test]
    public void RealFeaturesAreKeptAndDrawnOnesAreNot()
    {
        using var scratch = new TempFolder();
        using var device = Device.Cpu(1);
        using var source = new ShapesSource(Size, 0);
        using ColourNetwork first = new(), second = new();
        var options = s_small with { CacheFolder = scratch.Root };
        var fresh = new Evaluator(device, first, options).Run(source, r => Noise(device, r));
        Assert.That(Directory.GetFiles(scratch.Root), Has.Length.EqualTo(1));
        var cached = new Evaluator(device, second, options).Run(source, r => Noise(device, r));
        Assert.That((first.Images, second.Images), Is.EqualTo((270, 120)));
        Assert.That(cached.Select(static r => r.Value), Is.EqualTo(fresh.Select(static r => r.Value)));
    }

    [Test]
    public void WhatWasStoppedGoesOn()
    {
        using var scratch = new TempFolder();
        using var device = Device.Cpu(1);
        using var source = new ShapesSource(Size, 0);
        using ColourNetwork first = new(), second = new(), whole = new();
        using var stop = new CancellationTokenSource();
        var options = s_small with { CacheFolder = scratch.Root };
        Assert.That(() => new Evaluator(device, first, options with
        {
            Progress = new Reported<DataProgress>(p =>
            {
                if (p is { Stage: "drawn", Done: 50 }) stop.Cancel();
            }),
        }).Run(source, r => Noise(device, r), stop.Token), Throws.InstanceOf<OperationCanceledException>());
        var resumed = new Evaluator(device, second, options).Run(source, r => Noise(device, r));
        var unbroken = new Evaluator(device, whole, s_small).Run(source, r => Noise(device, r));
        Assert.That((first.Images, second.Images), Is.EqualTo((200, 70)));
        Assert.That(resumed.Select(static r => r.Value), Is.EqualTo(unbroken.Select(static r => r.Value)));
    }

    [Test]
    public void FeaturesOfAnotherNetworkAreNotTaken()
    {
        using var scratch = new TempFolder();
        using var device = Device.Cpu(1);
        using var source = new ShapesSource(Size, 0);
        using ColourNetwork first = new(), second = new(name: "others");
        foreach (var network in new[] { first, second })
            new Evaluator(device, network, s_small with { CacheFolder = scratch.Root }).Run(source, r => Noise(device, r));
        Assert.That(second.Images, Is.EqualTo(270));
    }

    [Test]
    public void StatisticsStandForRealImages()
    {
        using var device = Device.Cpu(1);
        using var network = new ColourNetwork();
        using var source = new ShapesSource(Size, 0);
        var evaluator = new Evaluator(device, network, s_small with { Metrics = ["fid"] });
        double direct = evaluator.Run(source, r => Noise(device, r))[0].Value;
        var known = evaluator.Statistics(evaluator.Reals(source, 0));
        var receipt = evaluator.Run(known, new ImageRecord("mu.npz", "ff", 0), r => Noise(device, r))[0];
        Assert.That(receipt.Value, Is.EqualTo(direct));
        Assert.That(receipt.Real!.Name, Is.EqualTo("mu.npz"));
        var more = new Evaluator(device, network, s_small with { Metrics = ["kid"] });
        Assert.That(() => more.Run(known, new ImageRecord("mu.npz", "ff", 0), r => Noise(device, r)),
            Throws.ArgumentException.With.Message.StartsWith("The metric kid compares images"));
    }

    [Test]
    public void NearestRealImageOfARealOneIsItself()
    {
        using var device = Device.Cpu(1);
        using var network = new ColourNetwork();
        using var source = new ShapesSource(Size, 0);
        var sheet = new Evaluator(device, network, s_small).NearestReals(source, SourceImages.Of(source, 150), 4, 2);
        int bytes = Size * Size * 3;
        Assert.That((sheet.Count, sheet.Columns), Is.EqualTo((12, 3)));
        for (int row = 0; row < 4; row++)
            Assert.That(sheet.Pixels.AsSpan((3 * row + 1) * bytes, bytes)
                .SequenceEqual(sheet.Pixels.AsSpan(3 * row * bytes, bytes)));
    }

    [TestCase("is", "the network colours tells none")]
    [TestCase("fad", "There is no metric \"fad\", only fid, kid, is")]
    public void MetricThatCannotBeComputedIsRefusedAtOnce(string metric, string why)
    {
        using var device = Device.Cpu(1);
        using var network = new ColourNetwork();
        Assert.That(() => new Evaluator(device, network, s_small with { Metrics = [metric] }),
            Throws.ArgumentException.With.Message.Contains(why));
    }

    static DrawnImages Noise(Device device, DrawRequest request) => new(new ImageRecord("noise", "ab", request.Count)
    {
        Weights = "g", BatchNorm = request.BatchStatistics ? "batch" : "running", Choice = $"seed {request.Seed}",
    }, device, Size, request.Seed, DrawRequest.Batch, request.Mapping,
        (random, _, n) => random.Normal(new Shape(n, Size, Size, 3)));

    static FeatureSet Features(MeasuredImages images)
    {
        using var network = new ColourNetwork();
        float[] all = [.. images.Read(0, 50, default)
            .SelectMany(b => network.Read(b.Span, b.Length / (Size * Size * 3), Size).Features)];
        return new(all, network.Info.Dimensions);
    }
}
