using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Sources;
using Ssgan.Gan.Metrics;
using Ssgan.Gan.Training;

namespace Ssgan.Tests.Metrics;

public sealed class SourceImagesTests
{
    [Test]
    public void AllImagesComeInOrder()
    {
        using var source = new Numbered(23);
        Assert.That(Numbers(SourceImages.Of(source)), Is.EqualTo(Enumerable.Range(0, 23)));
    }

    [Test]
    public void ChoiceHasNoImageTwiceAndDependsOnTheSeed()
    {
        using var source = new Numbered(100);
        int[] first = Numbers(SourceImages.Of(source, 40, 1)), again = Numbers(SourceImages.Of(source, 40, 1)),
            other = Numbers(SourceImages.Of(source, 40, 2));
        Assert.That(first, Is.Unique.And.Length.EqualTo(40).And.Ordered);
        Assert.That(again, Is.EqualTo(first));
        Assert.That(other, Is.Not.EqualTo(first));
    }

    [Test]
    public void EveryImageIsChosenEquallyOften()
    {
        using var source = new Numbered(10);
        int[] times = new int[10];
        for (ulong seed = 0; seed < 2000; seed++) foreach (int i in Numbers(SourceImages.Of(source, 3, seed))) times[i]++;
        // 600 expected, standard deviation 20.5.
        Assert.That(times, Has.All.InRange(500, 700));
    }

    [Test]
    public void RecordSaysWhichImagesTheyAre()
    {
        using var source = new Numbered(10);
        Assert.That(SourceImages.Of(source).Record,
            Is.EqualTo(new ImageRecord("numbers", "abc", 10) { Of = 10, Choice = "all" }));
        Assert.That(SourceImages.Of(source, 4, 9).Record,
            Is.EqualTo(new ImageRecord("numbers", "abc", 4) { Of = 10, Choice = "seed 9" }));
        using var endless = new RandomImages(8);
        Assert.That(SourceImages.Of(endless, 4).Record.Choice, Is.EqualTo("first"));
    }

    [Test]
    public void WhatIsNotThereIsRefused()
    {
        using var source = new Numbered(10);
        using var endless = new ShapesSource(32, 0);
        Assert.That(() => SourceImages.Of(source, 11),
            Throws.ArgumentException.With.Message.StartsWith("numbers has 10 images, fewer"));
        Assert.That(() => SourceImages.Of(endless), Throws.ArgumentException.With.Message.StartsWith("shapes has no end"));
    }

    [Test]
    public void FirstImageThatCannotBeReadIsNamed()
    {
        using var source = new Numbered(30) { Broken = 11 };
        Assert.That(() => Numbers(SourceImages.Of(source)), Throws.TypeOf<DatasetException>().With.Message.EqualTo("image 11"));
    }

    static int[] Numbers(SourceImages images) =>
        [.. images.Read(0, 8, default).SelectMany(b => b.ToArray().Chunk(3)).Select(static p => (int)p[0])];

    /// <summary>Images of one pixel, which is the image's number.</summary>
    sealed class Numbered(int count) : IImageSource
    {
        public int Broken { get; init; } = int.MaxValue;
        public string Name => "numbers";
        public long? Count => count;
        public int Size => 1;
        public string ContentHash => "abc";

        public void Read(long index, Span<byte> pixels)
        {
            if (index >= Broken) throw new DatasetException($"image {index}");
            pixels.Fill((byte)index);
        }

        public void Dispose()
        {
        }
    }
}
