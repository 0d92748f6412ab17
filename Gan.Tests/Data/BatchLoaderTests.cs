using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Loading;

namespace Ssgan.Tests.Data;

public sealed class BatchLoaderTests
{
    /// <summary>Image i is filled with i; its first row counts up, so that mirroring shows.</summary>
    sealed class Numbered(long? count, Action<long>? onRead = null, int classes = 0, int firstLabel = 0) : IImageSource
    {
        public IReadOnlyList<string> Classes { get; } = [.. Enumerable.Range(0, classes).Select(static c => $"class {c}")];

        public string Name => "numbered";
        public long? Count => count;
        public int Size => 4;
        public string ContentHash => "";

        public void Read(long index, Span<byte> pixels)
        {
            onRead?.Invoke(index);
            pixels.Fill((byte)index);
            for (int k = 0; k < 12; k++) pixels[k] = (byte)(k + 100);
        }

        public int Label(long index) => firstLabel + (int)(index % classes);

        public void Dispose()
        {
        }
    }

    static byte[] Ids(Batch batch) => [.. Enumerable.Range(0, batch.Count).Select(i => Of(batch, i))];

    static byte Of(Batch batch, int i) => batch.Pixels[i * 48 + 20];

    [TestCase(10, 3, true), TestCase(10, 3, false), TestCase(12, 4, true), TestCase(7, 7, false),
        TestCase(5, 1, true), TestCase(1, 2, false)]
    public void AnEpochHasEveryImageOnceInAnOrderOfItsOwn(int count, int batchSize, bool dropLast)
    {
        using var source = new Numbered(count);
        using var loader = new BatchLoader(source, new LoaderOptions { BatchSize = batchSize, DropLast = dropLast },
            new LoaderPosition(3));
        var orders = new List<string>();
        for (int epoch = 0; epoch < 6; epoch++)
        {
            var seen = new List<byte>();
            while (loader.Position.Epoch == epoch) seen.AddRange(Ids(loader.Next()));
            Assert.That(seen, Is.Unique);
            Assert.That(seen, Has.Count.EqualTo(dropLast ? count / batchSize * batchSize : count));
            Assert.That(seen, Has.All.LessThan(count));
            orders.Add(string.Join(",", seen));
        }
        if (count > 4) Assert.That(orders.Distinct().Count(), Is.EqualTo(6));
    }

    [Test]
    public void ALoaderOpenedAtAPositionContinuesThere([Values] bool endless, [Values] bool flip, [Values] bool dropLast)
    {
        var options = new LoaderOptions { BatchSize = 3, DropLast = dropLast, HorizontalFlip = flip };
        using var source = new Numbered(endless ? null : 11);
        using var unbroken = new BatchLoader(source, options, new LoaderPosition(42));
        for (int step = 0; step < 14; step++)
        {
            LoaderPosition at = LoaderPosition.FromJson(unbroken.Position.ToJson());
            byte[] expected = unbroken.Next().Pixels.ToArray();
            using var resumed = new BatchLoader(source, options, at);
            Assert.That(resumed.Next().Pixels.ToArray(), Is.EqualTo(expected), $"step {step} at {at}");
            Assert.That(resumed.Position, Is.EqualTo(unbroken.Position));
        }
    }

    [Test]
    public void ThePositionCountsWhatWasHandedOutAndNotWhatIsPrepared()
    {
        using var prepared = new CountdownEvent(4);
        using var source = new Numbered(100, i => { if (!prepared.IsSet) prepared.Signal(); });
        using var loader = new BatchLoader(source, new LoaderOptions { BatchSize = 2 }, new LoaderPosition(1));
        Assert.That(prepared.Wait(10_000), Is.True);
        Assert.That(loader.Position, Is.EqualTo(new LoaderPosition(1)));
        loader.Next();
        Assert.That(loader.Position, Is.EqualTo(new LoaderPosition(1, 0, 2)));
    }

    [Test]
    public void FlipsMirrorAboutHalfOfTheImagesAndKeepColours()
    {
        using var source = new Numbered(250);
        using var loader = new BatchLoader(source, new LoaderOptions { BatchSize = 250, HorizontalFlip = true },
            new LoaderPosition(9));
        Batch batch = loader.Next();
        byte[] straight = [100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111],
            mirrored = [109, 110, 111, 106, 107, 108, 103, 104, 105, 100, 101, 102];
        int flipped = 0;
        for (int i = 0; i < 250; i++)
        {
            byte[] row = batch.Pixels.Slice(i * 48, 12).ToArray();
            if (row.SequenceEqual(mirrored)) flipped++;
            else Assert.That(row, Is.EqualTo(straight));
        }
        // Six standard deviations of a fair coin: 125 +- 6 * 7.9.
        Assert.That(flipped, Is.InRange(78, 172));
    }

    [Test]
    public void LabelsComeWithTheirImages([Values] bool endless)
    {
        using var source = new Numbered(endless ? null : 10, classes: 3);
        using var loader = new BatchLoader(source, new LoaderOptions { BatchSize = 4, DropLast = false, HorizontalFlip = true },
            new LoaderPosition(3));
        for (int step = 0; step < 9; step++)
        {
            Batch batch = loader.Next();
            // 256 is 1 modulo 3, so that an endless set's label does not show in a byte: it is asked of the position.
            var order = new LoaderOrder(source, new LoaderOptions { BatchSize = 4, DropLast = false });
            LoaderPosition at = order.Normalise(new LoaderPosition(3, endless ? 0 : step / 3, endless ? step * 4 : step % 3 * 4));
            Assert.That(batch.Labels.ToArray(),
                Is.EqualTo(Enumerable.Range(0, batch.Count).Select(i => (int)(order.Index(at, i) % 3))), $"step {step}");
            if (!endless) Assert.That(batch.Labels.ToArray(), Is.EqualTo(Ids(batch).Select(static id => id % 3)));
        }
    }

    [Test]
    public void WithoutClassesThereAreNoLabelsAndWrongOnesAreRefused()
    {
        using var plain = new Numbered(10);
        using var loader = new BatchLoader(plain, new LoaderOptions { BatchSize = 4 }, new LoaderPosition(1));
        Assert.That(loader.Next().Labels.Length, Is.Zero);
        foreach (int first in (int[])[-1, 2])
        {
            using var wrong = new Numbered(1, classes: 2, firstLabel: first);
            using var refusing = new BatchLoader(wrong, new LoaderOptions { BatchSize = 1 }, new LoaderPosition(1));
            Assert.That(() => refusing.Next(), Throws.InstanceOf<DatasetException>().With.Message
                .EqualTo($"numbered: image 0 has label {first}, but there are 2 classes."));
        }
    }

    [Test]
    public void SeedsDecideTheOrder()
    {
        using var source = new Numbered(200);
        byte[] First(ulong seed)
        {
            using var loader = new BatchLoader(source, new LoaderOptions { BatchSize = 200 }, new LoaderPosition(seed));
            return Ids(loader.Next());
        }
        byte[] again = First(1);
        Assert.That(First(1), Is.EqualTo(again));
        Assert.That(First(1), Is.Not.EqualTo(First(2)));
        // An identity "shuffle" would leave all 200 in place; a random one leaves one on average.
        Assert.That(First(1).Where((id, i) => id == i).Count(), Is.LessThan(10));
    }

    [Test]
    public void ABatchStaysUntouchedUntilTheNextCall()
    {
        using var source = new Numbered(null);
        using var loader = new BatchLoader(source, new LoaderOptions { BatchSize = 5, Prefetch = 1 }, new LoaderPosition(1));
        for (int step = 0; step < 50; step++)
        {
            Batch batch = loader.Next();
            byte[] now = batch.Pixels.ToArray();
            Thread.Yield();
            Assert.That(batch.Pixels.ToArray(), Is.EqualTo(now));
            Assert.That(Of(batch, 4), Is.EqualTo((byte)(Of(batch, 0) + 4)));
        }
    }

    [Test]
    public void AnErrorOfTheSourceSurfacesInItsTurnAndStays()
    {
        using var source = new Numbered(null, _ => { });
        int reads = 0;
        using var failing = new Numbered(null,
            _ => { if (Interlocked.Increment(ref reads) > 6) throw new DatasetException("disk gone"); });
        using var loader = new BatchLoader(failing, new LoaderOptions { BatchSize = 3 }, new LoaderPosition(1));
        loader.Next();
        loader.Next();
        for (int again = 0; again < 2; again++)
            Assert.That(() => loader.Next(), Throws.InstanceOf<DatasetException>().With.Message.EqualTo("disk gone"));
        Assert.That(loader.Position.Offset, Is.EqualTo(6));
    }

    [Test]
    public void CancellationAndDisposalEndTheWait()
    {
        using var gate = new ManualResetEventSlim();
        using var source = new Numbered(null, _ => gate.Wait());
        using var stop = new CancellationTokenSource();
        var loader = new BatchLoader(source, new LoaderOptions { BatchSize = 3 }, new LoaderPosition(1), stop.Token);
        using var impatient = new CancellationTokenSource(20);
        Assert.That(() => loader.Next(impatient.Token), Throws.InstanceOf<OperationCanceledException>());
        stop.Cancel();
        gate.Set();
        Assert.That(() => loader.Next(), Throws.InstanceOf<OperationCanceledException>());
        loader.Dispose();
        Assert.That(() => loader.Next(), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void ArgumentsAreChecked()
    {
        using var source = new Numbered(10);
        void Refuses(LoaderOptions options, LoaderPosition at, string part) =>
            Assert.That(() => new BatchLoader(source, options, at), Throws.ArgumentException.With.Message.Contains(part));
        Refuses(new() { BatchSize = 0 }, new(1), "batch size 0");
        Refuses(new() { BatchSize = 11 }, new(1), "10 images");
        Refuses(new() { Prefetch = 0 }, new(1), "prefetch");
        Refuses(new() { BatchSize = 2 }, new(1, 0, 11), "offset 11");
        Refuses(new() { BatchSize = 2 }, new(1, -1), "epoch -1");
        Refuses(new() { BatchSize = 100_000_000 }, new(1), "2 GB");
        Assert.That(() => LoaderPosition.FromJson("[1]"), Throws.InstanceOf<DatasetException>());
        Assert.That(() => LoaderPosition.FromJson("null"), Throws.InstanceOf<DatasetException>());
        Assert.That(LoaderPosition.FromJson(new LoaderPosition(ulong.MaxValue, 3, 4).ToJson()),
            Is.EqualTo(new LoaderPosition(ulong.MaxValue, 3, 4)));
    }
}
