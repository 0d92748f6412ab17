using Ssgan.Engine;
using Ssgan.Engine.Data;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Data;

sealed class DataLoaderTests
{
    /// <summary>Sample i is (i, -i) with the label 10·i.</summary>
    static DataSource Source(int count) => DataSource.From(
        [.. Enumerable.Range(0, count).SelectMany(static i => new float[] { i, -i })], [2],
        [.. Enumerable.Range(0, count).Select(static i => 10 * i)]);

    static int[][] Indices(IEnumerable<DataBatch> batches) => [.. batches.Select(static b =>
    {
        Assert.That(b.Samples.Where(static (_, i) => i % 2 == 1), Is.EqualTo(b.Labels!.Select(static l => -l / 10)));
        Assert.That(b.Shape, Is.EqualTo(new Engine.Kernels.Shape(b.Labels!.Length, 2)));
        return b.Labels!.Select(static l => l / 10).ToArray();
    })];

    [TestCase(0)]
    [TestCase(3)]
    public void An_epoch_has_each_sample_once_in_an_order_of_its_own_that_repeats(int prefetch)
    {
        var options = new DataLoaderOptions(4) { Shuffle = true, Seed = 7, Prefetch = prefetch };
        using var loader = new DataLoader(Source(10), options);
        int[][] first = Indices(loader.Epoch()), second = Indices(loader.Epoch());
        Assert.That(first.Select(static b => b.Length), Is.EqualTo(new[] { 4, 4, 2 }));
        Assert.That(first.SelectMany(static b => b), Is.EquivalentTo(Enumerable.Range(0, 10)));
        Assert.That(second.SelectMany(static b => b), Is.EquivalentTo(Enumerable.Range(0, 10)));
        Assert.That(second, Is.Not.EqualTo(first));
        using var again = new DataLoader(Source(10), options);
        Assert.That(Indices(again.Epoch()), Is.EqualTo(first));
        using var other = new DataLoader(Source(10), options with { Seed = 8 });
        Assert.That(Indices(other.Epoch()), Is.Not.EqualTo(first));
    }

    [Test]
    public void Without_shuffling_they_come_as_they_stand_and_a_short_batch_may_be_left_out()
    {
        using var loader = new DataLoader(Source(7), new DataLoaderOptions(3) { DropLast = true });
        int[][] expected = [[0, 1, 2], [3, 4, 5]];
        Assert.That(Indices(loader.Epoch()), Is.EqualTo(expected));
        Assert.That(loader.Position, Is.EqualTo(new DataPosition(1, 0)));
    }

    [TestCase(0)]
    [TestCase(2)]
    public void A_position_resumes_with_the_same_batches_transformed_alike(int prefetch)
    {
        var options = new DataLoaderOptions(3)
        {
            Shuffle = true, Prefetch = prefetch, Transform = static (x, bits) => x.Span[0] = bits % 1000,
        };
        using var loader = new DataLoader(Source(8), options);
        for (int i = 0; i < 4; i++) loader.Next();
        var position = loader.Position;
        Assert.That(position, Is.EqualTo(new DataPosition(1, 1)));
        float[][] rest = [.. Enumerable.Range(0, 5).Select(_ => loader.Next().Samples)];
        using var resumed = new DataLoader(Source(8), options with { Prefetch = 1 });
        resumed.Next();
        resumed.Position = position;
        Assert.That(Enumerable.Range(0, 5).Select(_ => resumed.Next().Samples), Is.EqualTo(rest));
        Assert.That(rest[0], Is.Not.EqualTo(rest[3]), "another epoch draws other bits");
        Assert.That(() => loader.Position = new(0, 3), Throws.ArgumentException.With.Message.Contains("3 batches"));
    }

    [Test]
    public void What_a_transform_throws_comes_out_of_next_and_the_end_waits()
    {
        using var loader = new DataLoader(Source(4), new DataLoaderOptions(2)
        {
            Transform = static (x, _) => { if (x.Span[0] == 2) throw new InvalidDataException("sample 2"); },
        });
        loader.Next();
        Assert.That(() => loader.Next(), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("sample 2"));
        loader.Dispose();
        Assert.That(() => loader.Next(), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void Bytes_and_tensors_are_sources_and_batches_go_to_a_device()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        using var bytes = new DataLoader(DataSource.From([0, 255, 51, 102], [2]), new DataLoaderOptions(2));
        var batch = bytes.Next();
        Near.All(batch.SamplesOn(device).ToArray(), [0, 1, 0.2, 0.4], 1e-6);
        Assert.That(() => batch.LabelsOn(device), Throws.InvalidOperationException);
        var source = DataSource.From(device.Values([2, 1, 2], 1, 2, 3, 4), device.From([5, 6], [2]));
        using var tensors = new DataLoader(source, new DataLoaderOptions(1));
        tensors.Next();
        Assert.That((tensors.Next() is var b, b.Shape, b.LabelsOn(device).ToArray<int>()[0], b.Samples[1]),
            Is.EqualTo((true, new Engine.Kernels.Shape(1, 1, 2), 6, 4f)));
    }

    [Test]
    public void Misfits_are_refused()
    {
        (Func<object> Call, string Words)[] calls =
        [
            (() => DataSource.From(new float[5], [2]), "5 values"), (() => DataSource.From(new float[4], [2], [1]), "1 labels"),
            (() => DataSource.From(Array.Empty<float>(), [2]), "0 samples"),
            (() => new DataLoader(Source(2), new DataLoaderOptions(0)), "batch of 0"),
            (() => new DataLoader(Source(2), new DataLoaderOptions(3) { DropLast = true }), "no batch of 3"),
            (() => new DataLoader(Source(2), new DataLoaderOptions(1) { Prefetch = -1 }), "-1 batches ahead"),
        ];
        foreach (var (call, words) in calls)
            Assert.That(() => call(), Throws.ArgumentException.With.Message.Contains(words), words);
    }

    [Test]
    public void A_wait_that_is_given_up_loses_no_batch()
    {
        using var ready = new ManualResetEventSlim();
        var source = new DataSource(4, [1], (index, sample) =>
        {
            ready.Wait();
            sample.Span[0] = index;
        });
        using var loader = new DataLoader(source, new DataLoaderOptions(2));
        using var stop = new CancellationTokenSource();
        using var waiting = new Timer(_ => stop.Cancel(), null, 50, Timeout.Infinite);
        Assert.That(() => loader.Next(stop.Token), Throws.InstanceOf<OperationCanceledException>());
        ready.Set();
        Assert.That(loader.Next().Samples, Is.EqualTo(new float[] { 0, 1 }));
        Assert.That(() => loader.Epoch(stop.Token).ToList(), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(loader.Position, Is.EqualTo(new DataPosition(0, 1)));
    }
}
