using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Loading;
using Ssgan.Gan.Data.Sources;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Gan.Training.Feeds;

namespace Ssgan.Tests.Training;

/// <summary>Images on an emulated device against the loader of the CPU, which decides which image comes when.</summary>
sealed class BatchFeedTests
{
    static readonly LoaderOptions s_options = new() { BatchSize = 4, HorizontalFlip = true };

    // Libraries would take more than that for themselves.
    static readonly EmulatorOptions s_small = new() { MemoryBytes = 1 << 22, HasCuBlas = false, HasCuDnn = false };

    /// <summary>
    /// Nothing waits before the end unless every launch does: copies and kernels have only their events to come in order.
    /// </summary>
    [TestCase(DataOnDevice.On, 5, true, false)]
    [TestCase(DataOnDevice.On, 1, true, true)]
    [TestCase(DataOnDevice.On, 1000, false, false)]
    [TestCase(DataOnDevice.Off, 1, true, false)]
    [TestCase(DataOnDevice.Off, 1, true, true)]
    public void Batches_are_those_of_the_loader_bit_for_bit(DataOnDevice place, int ahead, bool flip, bool waits)
    {
        // Eleven images: two batches an epoch, three left out. The start is in the middle of one.
        using var source = new ArraySource(8, 11);
        var start = new LoaderPosition(3, 2, 4);
        var options = s_options with { HorizontalFlip = flip };
        using var loader = new BatchLoader(source, options, start);
        using var cuda = new EmulatedCuda(new EmulatorOptions { Seed = 5 });
        using (var device = new Device(new CudaBackend(cuda) { SynchronizeLaunches = waits }))
        {
            using var images = BatchFeed.Open(device, source, options, start, place, ahead, static _ => { });
            Assert.That(images.Position, Is.EqualTo(loader.Position));
            using var scope = device.Scope();
            var taken = new List<(Tensor Images, LoaderPosition After)>();
            for (int i = 0; i < 12; i++)
            {
                images.Prepare();
                taken.Add((images.Take().Images(), images.Position));
            }
            foreach (var (actual, after) in taken)
            {
                var expected = Pixels.ToImages(device.From(loader.Next().Pixels, actual.Shape));
                Assert.That(actual.ToArray(), Is.EqualTo(expected.ToArray()), $"the batch before {after}");
                Assert.That(after, Is.EqualTo(loader.Position));
            }
        }
        Assert.That(cuda.Leaks(), Is.Empty);
    }

    /// <summary>A device whose memory is the host's keeps no second set there, whatever it is told.</summary>
    [TestCase(DataOnDevice.Auto)]
    [TestCase(DataOnDevice.Off)]
    [TestCase(DataOnDevice.On)]
    public void The_cpu_takes_the_same_batches(DataOnDevice place)
    {
        using var source = new ArraySource(8, 11);
        using var loader = new BatchLoader(source, s_options, new(1));
        using var device = Device.Cpu(threads: 1);
        var told = new List<string>();
        using var images = BatchFeed.Open(device, source, s_options, new(1), place, 3, told.Add);
        Assert.That(told, Is.Empty);
        for (int i = 0; i < 7; i++)
        {
            using var scope = device.Scope();
            images.Prepare();
            var actual = images.Take().Images();
            Assert.That(actual.ToArray(),
                Is.EqualTo(Pixels.ToImages(device.From(loader.Next().Pixels, actual.Shape)).ToArray()), $"batch {i}");
            Assert.That(images.Position, Is.EqualTo(loader.Position));
        }
    }

    [TestCase(DataOnDevice.On)]
    [TestCase(DataOnDevice.Off)]
    public void Labels_come_with_their_images(DataOnDevice place)
    {
        using var source = new Labelled();
        using var loader = new BatchLoader(source, s_options, new(1));
        using var cuda = new EmulatedCuda();
        using var card = new Device(new CudaBackend(cuda));
        using var cpu = Device.Cpu(threads: 1);
        using var onCard = BatchFeed.Open(card, source, s_options, new(1), place, 4, static _ => { });
        using var onHost = BatchFeed.Open(cpu, source, s_options, new(1), place, 4, static _ => { });
        for (int i = 0; i < 7; i++)
        {
            int[] expected = loader.Next().Labels.ToArray();
            foreach (var (device, feed) in new[] { (card, onCard), (cpu, onHost) })
            {
                using var scope = device.Scope();
                feed.Prepare();
                var batch = feed.Take();
                Assert.That(batch.Labels()!.ToArray<int>(), Is.EqualTo(expected), $"batch {i} on {device.Name}");
                // An image's pixels are its number.
                float[] first = [.. batch.Images().ToArray().Where((_, at) => at % (8 * 8 * 3) == 0)];
                Assert.That(first.Select(static p => (int)MathF.Round(127.5f * (p + 1)) % 3), Is.EqualTo(expected));
            }
        }
    }

    /// <summary>Eleven images of one colour, each labelled by the remainder of its number by 3.</summary>
    sealed class Labelled : IImageSource
    {
        public string Name => "labelled";
        public long? Count => 11;
        public int Size => 8;
        public string ContentHash => "";
        public IReadOnlyList<string> Classes => ["none", "one", "two"];
        public int Label(long index) => (int)(index % 3);
        public void Read(long index, Span<byte> pixels) => pixels.Fill((byte)index);

        public void Dispose()
        {
        }
    }

    [Test]
    public void An_endless_set_is_streamed()
    {
        using var source = new ShapesSource(8);
        using var loader = new BatchLoader(source, s_options, new(1));
        using var cuda = new EmulatedCuda();
        using var device = new Device(new CudaBackend(cuda));
        using (var images = BatchFeed.Open(device, source, s_options, new(1), DataOnDevice.Auto, 4, static _ => { }))
        {
            for (int i = 0; i < 5; i++)
            {
                using var scope = device.Scope();
                images.Prepare();
                var actual = images.Take().Images();
                Assert.That(actual.ToArray(),
                    Is.EqualTo(Pixels.ToImages(device.From(loader.Next().Pixels, actual.Shape)).ToArray()), $"batch {i}");
            }
        }
        Assert.That(() => BatchFeed.Open(device, source, s_options, new(1), DataOnDevice.On, 4, static _ => { }),
            Throws.TypeOf<TrainingException>().With.Message.Contains("shapes is endless"));
    }

    [TestCase(100, DataOnDevice.Auto, "The 100 images of noise are kept on cuda:0 (19,200 bytes).")]
    [TestCase(11_000, DataOnDevice.Auto, "noise takes 2,112,000 bytes, more than half of the 4,")]
    [TestCase(11_000, DataOnDevice.On, "The 11,000 images of noise are kept on cuda:0 (2,112,000 bytes).")]
    public void Half_of_the_free_memory_decides_and_one_sentence_tells(long count, DataOnDevice place, string sentence)
    {
        using var source = new ArraySource(8, count);
        using var cuda = new EmulatedCuda(s_small);
        using var device = new Device(new CudaBackend(cuda));
        var told = new List<string>();
        using var images = BatchFeed.Open(device, source, s_options, new(1), place, 4, told.Add);
        Assert.That(told, Has.One.StartsWith(sentence));
        Assert.That(told, Has.Count.EqualTo(1));
    }

    [Test]
    public void A_set_that_must_be_kept_and_does_not_fit_is_refused()
    {
        using var source = new ArraySource(8, 1 << 20);
        using var cuda = new EmulatedCuda(s_small);
        using var device = new Device(new CudaBackend(cuda));
        Assert.That(() => BatchFeed.Open(device, source, s_options, new(1), DataOnDevice.On, 4, static _ => { }),
            Throws.TypeOf<TrainingException>().With.Message.Contains("noise takes 201,326,592 bytes, and cuda:0 has"));
    }

    [Test]
    public void An_image_that_cannot_be_read_is_reported_as_the_source_does()
    {
        using var source = new Unreadable();
        using var cuda = new EmulatedCuda();
        using (var device = new Device(new CudaBackend(cuda)))
            Assert.That(() => BatchFeed.Open(device, source, s_options, new(1), DataOnDevice.On, 4, static _ => { }),
                Throws.TypeOf<DatasetException>());
        Assert.That(cuda.Leaks(), Is.Empty);
    }

    sealed class Unreadable : IImageSource
    {
        public string Name => "broken";
        public long? Count => 10;
        public int Size => 8;
        public string ContentHash => "";
        public void Read(long index, Span<byte> pixels) => throw new DatasetException("It cannot be read.");

        public void Dispose()
        {
        }
    }
}
