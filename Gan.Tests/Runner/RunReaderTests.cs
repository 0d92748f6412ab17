using System.Globalization;
using System.Text;
using Ssgan.Gan.Settings;
using Ssgan.Runner.Runs;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Runner;

public sealed class RunReaderTests
{
    const string Line = """{"step":1,"loss_d":2.5,"sigma":{"d.c1":1.25}}""";

    [Test]
    public void A_line_that_is_being_written_waits_for_its_end()
    {
        using var scratch = new TempFolder();
        string log = scratch["metrics.jsonl"];
        var tail = new LogTail(log);
        Assert.That(tail.Read(), Is.False, "There is no file yet.");
        File.WriteAllText(log, Line + "\n{\"step\":2,\"loss");
        Assert.That(tail.Read(), Is.True);
        Assert.That(tail.Curves.Lines, Is.EqualTo(1));
        Assert.That(tail.Read(), Is.False);
        File.AppendAllText(log, "_d\":3.5}\n");
        Assert.That(tail.Read(), Is.True);
        Assert.That(tail.Curves.Steps(), Is.EqualTo(new[] { 1.0, 2 }));
        Assert.That(tail.Curves.Values("loss_d"), Is.EqualTo(new double?[] { 2.5, 3.5 }));
        Assert.That(tail.Curves.Values("sigma.d.c1"), Is.EqualTo(new double?[] { 1.25, null }));
        Assert.That(tail.LeftOut, Is.Zero);
    }

    [Test]
    public void A_log_that_a_resumed_run_cut_is_read_anew()
    {
        using var scratch = new TempFolder();
        string log = scratch["metrics.jsonl"];
        File.WriteAllText(log, Lines(1, 9));
        var tail = new LogTail(log);
        tail.Read();
        File.WriteAllText(log, Lines(1, 4));
        Assert.That(tail.Read(), Is.True);
        Assert.That(tail.Curves.LastStep, Is.EqualTo(4));
        // As long as before and longer, but another one.
        File.WriteAllText(log, Lines(5, 9));
        Assert.That(tail.Read(), Is.True);
        Assert.That(tail.Curves.Steps(), Is.EqualTo(new[] { 5.0, 6, 7, 8, 9 }));
    }

    [Test]
    public void Lines_that_are_none_are_counted_and_left_out()
    {
        using var scratch = new TempFolder();
        string log = scratch["metrics.jsonl"];
        string[] none =
        [
            "{", "[]", "7", """{"loss_d":1}""", """{"step":1.5}""", """{"step":1} x""", """{"step":"2"}""",
            "{\"step\":3,\"x\":\"" + new string('a', 100_000) + "\"}", "{\"step\":" + new string('[', 500), "\0\u00ff",
        ];
        File.WriteAllText(log, string.Join('\n', none) + "\n" + Line + "\n" + Line + "\n" + """{"step":9,"x":1e999}""" + "\n");
        var tail = new LogTail(log);
        tail.Read();
        Assert.That(tail.LeftOut, Is.EqualTo(none.Length + 1), "The step that comes again is the last one.");
        Assert.That(tail.Curves.Steps(), Is.EqualTo(new[] { 1.0, 9 }));
        Assert.That(tail.Curves.Latest, Does.Not.ContainKey("x"));
    }

    [Test]
    public void Damaged_logs_never_end_a_reader()
    {
        var random = new Random(5);
        using var scratch = new TempFolder();
        byte[] whole = Encoding.UTF8.GetBytes(Lines(1, 40));
        for (int round = 0; round < 300; round++)
        {
            byte[] bytes = [.. whole];
            for (int i = 0; i < 6; i++) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(scratch["metrics.jsonl"], bytes[..random.Next(bytes.Length)]);
            var tail = new LogTail(scratch["metrics.jsonl"]);
            tail.Read();
            Assert.That(tail.Curves.Steps(), Is.Ordered.Ascending);
        }
    }

    [Test]
    public void Long_logs_keep_their_spikes_in_few_points()
    {
        var curves = new RunCurves(most: 10);
        int name = curves.IndexOf("x");
        for (int step = 1; step <= 1234; step++)
            curves.Add(step, [(name, step switch { 700 => 99, 701 => -99, _ => step * 1e-3 })]);
        double[] steps = curves.Steps();
        double?[] values = curves.Values("x");
        Assert.That(steps, Has.Length.LessThanOrEqualTo(20).And.Length.EqualTo(values.Length));
        Assert.That(steps, Is.Ordered.Ascending);
        Assert.That((steps[0], steps[^1]), Is.EqualTo((1.0, 1234.0)));
        int high = Array.IndexOf(values, 99.0);
        Assert.That(values[high + 1], Is.EqualTo(-99.0), "The peak came before the trough.");
        Assert.That((curves.Lines, curves.LinesPerBucket), Is.EqualTo((1234L, 128L)));
        Assert.That(curves.Latest["x"], Is.EqualTo(1.234));
    }

    [TestCase(5)]
    [TestCase(9)]
    public void Buckets_of_an_odd_number_lose_no_line(int most)
    {
        var curves = new RunCurves(most);
        int name = curves.IndexOf("x");
        for (int step = 1; step <= 200; step++)
        {
            curves.Add(step, [(name, step)]);
            double?[] values = curves.Values("x");
            Assert.That((values.Min(), values.Max(), curves.Steps()[^1]), Is.EqualTo((1.0, (double)step, (double)step)));
        }
    }

    [Test]
    public void Sheets_come_in_the_order_of_their_steps_and_nothing_else_does()
    {
        using var scratch = new TempFolder();
        foreach (string name in (string[])["fakes-00000010.png", "fakes-00000002.png", "reals.png", "fakes-1.png",
            "fakes-00000003.png.tmp", "fakes-1000000000.png"]) scratch.Write("run/samples/" + name, [1]);
        scratch.Write("run/config.json", "{}"u8.ToArray());
        var run = RunReader.Open(scratch["run/"]);
        Assert.That(run.Name, Is.EqualTo("run"));
        Assert.That(run.Grids().Select(static g => g.Step), Is.EqualTo(new[] { 2, 10, 1_000_000_000 }));
    }

    [Test]
    public void A_torn_receipt_and_a_huge_configuration_are_told()
    {
        using var scratch = new TempFolder();
        scratch.Write("run/config.json", new byte[1 << 17]);
        scratch.Write("run/scores.jsonl", "{\"metric\":\"FID\n"u8.ToArray());
        var run = RunReader.Open(scratch["run"]);
        Assert.That(() => run.Folder.Options(), Throws.TypeOf<TrainingException>().With.Message.Contains("131,072 bytes"));
        Assert.That(run.Scores(out int leftOut), Is.Empty);
        Assert.That(leftOut, Is.EqualTo(1));
    }

    static string Lines(int first, int last) => string.Concat(Enumerable.Range(first, last - first + 1).Select(static i =>
        string.Create(CultureInfo.InvariantCulture, $"{{\"step\":{i},\"loss_d\":{i * 0.5}}}\n")));
}
