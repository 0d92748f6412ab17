using Ssgan.Engine.Serialization.TensorBoard;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Serialization.TensorBoard;

public sealed class EventFileTests
{
    /// <summary>A clock that stands still.</summary>
    sealed class Still : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_500);
    }

    [Test]
    public void The_checksum_is_the_published_one()
    {
        Assert.That(EventReader.Crc32C("123456789"u8), Is.EqualTo(0xE3069283), "RFC 3720's polynomial, its usual check value.");
        var random = new Random(3);
        for (int length = 0; length < 70; length++)
        {
            byte[] bytes = new byte[length];
            random.NextBytes(bytes);
            Assert.That(EventRecord.Checksum(bytes), Is.EqualTo(EventReader.Masked(bytes)));
        }
    }

    [Test]
    public void Events_come_back_as_they_were_written()
    {
        using var scratch = new TempFolder();
        string path;
        using (var file = EventFile.Create(scratch["run"], new Still()))
        {
            path = file.Path;
            file.Scalars(7, [("loss/d", 1.5), ("größe", -2)]);
            file.Scalars(8, []);
            file.Image(9, "samples", new byte[] { 1, 2, 3 }, 20, 10);
            file.Text(0, "settings", "| a |");
            file.Restart(12);
        }
        Assert.That(Path.GetFileName(path), Does.Match(@"^events\.out\.tfevents\.1700000000\.[A-Za-z0-9-]+\.\d+\.0$"));
        var events = EventReader.Read(path);
        Assert.That(events, Has.Count.EqualTo(5), "No event holds nothing.");
        Assert.That(events.Select(static e => e[1].Single().Double), Is.All.EqualTo(1_700_000_000.5));
        Assert.That(events.Select(static e => e[2].Single().Varint), Is.EqualTo(new ulong[] { 0, 7, 9, 0, 12 }));
        Assert.That(events[0][3].Single().Text, Is.EqualTo("brain.Event:2"));
        var scalars = events[1][5].Single().Message[1].Select(static v => v.Message).ToList();
        Assert.That(scalars.Select(static v => (v[1].Single().Text, v[2].Single().Single)),
            Is.EqualTo(new[] { ("loss/d", 1.5f), ("größe", -2f) }));
        var image = events[2][5].Single().Message[1].Single().Message[4].Single().Message;
        Assert.That((image[1].Single().Varint, image[2].Single().Varint, image[3].Single().Varint),
            Is.EqualTo((10UL, 20UL, 3UL)));
        Assert.That(image[4].Single().Bytes, Is.EqualTo(new byte[] { 1, 2, 3 }));
        var text = events[3][5].Single().Message[1].Single().Message;
        Assert.That(text[9].Single().Message[1].Single().Message[1].Single().Text, Is.EqualTo("text"), "Which plugin shows it.");
        var tensor = text[8].Single().Message;
        Assert.That((tensor[1].Single().Varint, tensor[8].Single().Text), Is.EqualTo((7UL, "| a |")), "DT_STRING.");
        Assert.That(tensor[2].Single().Message[2].Single().Message[1].Single().Varint, Is.EqualTo(1UL));
        Assert.That(events[4][7].Single().Message[1].Single().Varint, Is.EqualTo(1UL), "SessionLog.START");
    }

    [Test]
    public void Two_files_of_a_second_are_two()
    {
        using var scratch = new TempFolder();
        using var one = EventFile.Create(scratch["run"], new Still());
        using var two = EventFile.Create(scratch["run"], new Still());
        Assert.That(two.Path, Is.Not.EqualTo(one.Path));
        Assert.That(EventReader.Read(one.Path), Has.Count.EqualTo(1), "It can be read while it is written.");
    }

    [Test]
    public void A_histogram_counts_every_number_once()
    {
        float[] values = [.. Enumerable.Range(0, 1000).Select(static i => MathF.Sin(i) * 3), float.NaN, float.PositiveInfinity];
        var histogram = Histogram.Of(values);
        var finite = values.Where(float.IsFinite).ToList();
        Assert.That((histogram.Least, histogram.Most, histogram.Count),
            Is.EqualTo(((double)finite.Min(), (double)finite.Max(), 1000L)));
        double[] limits = histogram.Limits.ToArray(), counts = histogram.Counts.ToArray();
        Assert.That(counts.Sum(), Is.EqualTo(1000));
        Assert.That(limits, Is.Ordered.Ascending);
        double from = histogram.Least;
        for (int i = 0; i < limits.Length; i++)
        {
            double low = from, high = limits[i];
            bool last = i == limits.Length - 1;
            // A number on a limit may be of either side of it, for limits are sums that are rounded.
            int sure = finite.Count(v => v > low + 1e-6 && v < high - 1e-6), possible = finite.Count(v =>
                v >= low - 1e-6 && (v <= high + 1e-6 || last));
            Assert.That(counts[i], Is.InRange(sure, possible));
            from = high;
        }
        Assert.That(histogram.Sum, Is.EqualTo(finite.Sum(static v => (double)v)).Within(1e-9));
        Assert.That(histogram.SumOfSquares, Is.EqualTo(finite.Sum(static v => (double)v * v)).Within(1e-9));
    }

    [Test]
    public void Histograms_of_nothing_and_of_one_number_are_written()
    {
        using var scratch = new TempFolder();
        string path;
        using (var file = EventFile.Create(scratch["run"]))
        {
            path = file.Path;
            file.Histograms(1, [("none", Histogram.Of([float.NaN])), ("one", Histogram.Of([2f, 2f]))]);
        }
        var values = EventReader.Read(path)[1][5].Single().Message[1].Select(static v => v.Message[5].Single().Message).ToList();
        Assert.That(values.Select(static h => h[3].Single().Double), Is.EqualTo(new[] { 0.0, 2 }));
        Assert.That(values[1][6].Single().Doubles, Is.EqualTo(new[] { 2.0 }));
        Assert.That(values[1][7].Single().Doubles, Is.EqualTo(new[] { 2.0 }));
    }
}
