using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Metrics;

namespace Ssgan.Tests.Metrics;

/// <summary>Bytes of drawn images by each mapping, against the formulas of StyleGAN and Mimicry written out.</summary>
public sealed class PixelMappingTests
{
    const int Count = 7, Size = 2, Values = Size * Size * 3;

    [Test]
    public void FixedMapIsClampedAndTruncated()
    {
        byte[] bytes = Read(PixelMapping.Fixed);
        Assert.That(bytes, Is.EqualTo(All().Select(static x => (byte)Math.Clamp(127.5f * x + 128, 0, 255))));
    }

    [Test]
    public void SetIsStretchedByItsOwnExtremes()
    {
        float[] all = All();
        Assert.That(Read(PixelMapping.MinMaxOfSet), Is.EqualTo(Stretched(all)));
    }

    [Test]
    public void EachBatchIsStretchedByItsOwnExtremes()
    {
        // Batches of 3, 3 and 1.
        Assert.That(Read(PixelMapping.MinMaxOfBatch), Is.EqualTo(All().Chunk(3 * Values).SelectMany(Stretched)));
    }

    [Test]
    public void ReaderMaySkipAndTakeBatchesOfItsOwn([Values(0, 2, 4)] int skip)
    {
        byte[] all = Read(PixelMapping.MinMaxOfSet);
        Assert.That(Read(PixelMapping.MinMaxOfSet, skip, 2), Is.EqualTo(all[(skip * Values)..]));
    }

    [Test]
    public void ImagesThatAreNotNumbersAreRefused()
    {
        using var device = Device.Cpu(1);
        var images = new DrawnImages(new ImageRecord("g", "", 1), device, Size, 0, 1, PixelMapping.Fixed,
            (_, _, n) => device.Full(new Shape(n, Size, Size, 3), float.NaN));
        Assert.That(() => images.Read(0, 1, default).ToList(), Throws.ArgumentException.With.Message.Contains("NaN"));
    }

    static IEnumerable<byte> Stretched(IReadOnlyList<float> x)
    {
        float min = x.Min(), max = x.Max();
        return x.Select(v => (byte)((v - min) / (max - min + 1e-5f) * 255 + 0.5f));
    }

    static float[] All() => [.. Enumerable.Range(0, Count * Values).Select(Value)];

    // From -1.1 to 1.1, smaller in later batches.
    static float Value(int i) => MathF.Sin(i * 0.7f) * (1.1f - 0.9f * i / (Count * Values));

    static byte[] Read(PixelMapping mapping, int skip = 0, int batch = 3)
    {
        using var device = Device.Cpu(1);
        var images = new DrawnImages(new ImageRecord("g", "", Count), device, Size, 0, 3, mapping, (_, first, n) => device.From(
            All().AsSpan(first * Values, n * Values), new Shape(n, Size, Size, 3)));
        return [.. images.Read(skip, batch, default).SelectMany(static b => b.ToArray())];
    }
}
