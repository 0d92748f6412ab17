using Ssgan.Engine;
using Ssgan.Gan.Metrics;
using Ssgan.Gan.Training;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Training;

/// <summary>What a trained generator draws for evaluations.</summary>
public sealed class DrawnImagesTests
{
    static readonly DrawRequest s_request = new(5, 70, PixelMapping.Fixed, false);

    [Test]
    public void ImagesAreThoseThatTheGeneratorDraws()
    {
        using var scratch = new TempFolder();
        using var device = Device.Cpu(1);
        using var generator = Trained(scratch, device);
        // Batches of 50 here and of 64 there: noise is one stream.
        byte[] drawn = Pixels(generator, s_request), expected = generator.Draw(5, 70);
        // The one map truncates where the other rounds ties to even.
        Assert.That(drawn.Zip(expected, static (a, b) => Math.Abs(a - b)), Has.All.LessThanOrEqualTo(1));
        Assert.That(drawn.Zip(expected).Count(static p => p.First != p.Second), Is.LessThan(drawn.Length / 100));
    }

    [Test]
    public void BatchStatisticsDrawOtherImagesAndLeaveTheGeneratorAsItWas()
    {
        using var scratch = new TempFolder();
        using var device = Device.Cpu(1);
        using var generator = Trained(scratch, device);
        byte[] before = Pixels(generator, s_request), batch = Pixels(generator, s_request with { BatchStatistics = true }),
            after = Pixels(generator, s_request);
        Assert.That(batch, Is.Not.EqualTo(before));
        Assert.That(after, Is.EqualTo(before));
    }

    [Test]
    public void RecordSaysWhichGeneratorItIs()
    {
        using var scratch = new TempFolder();
        using var device = Device.Cpu(1);
        using var generator = Trained(scratch, device);
        var record = generator.Images(s_request with { BatchStatistics = true }).Record;
        Assert.That((record.Count, record.Model, record.Step, record.Weights, record.BatchNorm, record.Choice),
            Is.EqualTo((70, "ssgan", (long?)6, "g_ema", "batch", "seed 5")));
        Assert.That(record.Hash, Is.EqualTo(Checkpoint.ReadState(record.Name).TensorsSha256));
    }

    static TrainedGenerator Trained(TempFolder scratch, Device device)
    {
        using (var run = new TrainingRun(scratch["run"], TrainingRun.Tiny)) run.Trainer.Run();
        return TrainedGenerator.Open(device, scratch["run"]);
    }

    static byte[] Pixels(TrainedGenerator generator, DrawRequest request) =>
        [.. generator.Images(request).Read(0, 50, default).SelectMany(static b => b.ToArray())];
}
