using Spectre.Console;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Runner.Terminal;
using Ssgan.Runner.Views;

namespace Ssgan.Tests.Runner;

public sealed class ViewTests
{
    static readonly RunFacts Facts = new("runs/0001-[shapes]", "shapes, endless, 32x32", "G 10 + D 20 parameters on cpu");

    static readonly TrainingReport Report = new(50, 1000, [("grad_norm_d", 12345.678), ("loss_d", 1.25), ("loss_g", -0.5),
        ("extra", 0.00001)], 2e-4, 123.45, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(3671), 3 << 20, 5 << 20);

    // What the program's own algorithm reports, in its order.
    static readonly TrainingReport Ssgan = Report with
    {
        Steps = 100_000,
        Metrics =
        [
            ("grad_norm_d", 35.7171), ("loss_d", 1.9416), ("loss_d_rotation", 11.2759), ("rotation_accuracy_real", 0.44),
            ("d_real", -0.2822), ("d_fake", -0.4103), ("grad_norm_g", 5.8013), ("loss_g", -0.423), ("loss_g_rotation", 1.2936),
            ("rotation_accuracy_fake", 0.34),
        ],
    };

    [Test]
    public void PlainLineHasNamesAndFixedColumns()
    {
        string line = PlainView.Line(Report);
        Assert.That(line, Is.EqualTo("step=0050/1000 loss_d=1.2500  loss_g=-0.5000 eta=01:01:11 "
            + "images/s=123.5  lr=2.00e-4 grad_norm_d=1.23e4  extra=1.00e-5"));
    }

    [Test]
    public void PlainLineOfAnSsganFits120ColumnsAndBeginsWithItsLosses()
    {
        string line = PlainView.Line(Ssgan);
        Assert.That(line, Has.Length.LessThanOrEqualTo(120));
        Assert.That(line,
            Does.Match(@"^step=000050/100000 loss_d=\S+ +loss_d_rotation=\S+ +loss_g=\S+ +loss_g_rotation=\S+ +eta=01:01:11"));
    }

    [Test]
    public void PlainLinesHaveOneOrder()
    {
        string line = PlainView.Line(Report);
        Assert.That(PlainView.Line(Report with { Step = 1000, Remaining = TimeSpan.Zero, ImagesPerSecond = 9 })
            .IndexOf("loss_d", StringComparison.Ordinal), Is.EqualTo(line.IndexOf("loss_d", StringComparison.Ordinal)));
    }

    [Test]
    public void PanelShowsRunPaceMetricsAndFiles()
    {
        var state = new PanelState(Facts) { Report = Report, Written = "samples: runs/a.png", Notice = "one file was left out" };
        state.Stepped(1, 1000, TimeSpan.FromSeconds(5));
        state.Stepped(251, 1000, TimeSpan.FromSeconds(55));
        Assert.That(state.Remaining, Is.EqualTo(TimeSpan.FromSeconds(50.0 / 250 * 749)));
        string text = Draw(state);
        string[] parts =
        [
            Facts.Folder, Facts.Data, Facts.Networks, "251/1000 25%", "2 min 29 s left", "123.5 images/s", "2.00e-4",
            "3 MiB live, 5 MiB peak", "samples: runs/a.png", "one file was left out",
        ];
        foreach (string part in parts) Assert.That(text, Does.Contain(part));
        Assert.That(text,
            Does.Match(@"loss_d +1\.2500 +loss_g +-0\.5000").And.Match(@"grad_norm_d +1\.23e4").And.Match(@"extra +1\.00e-5"));
    }

    [Test]
    public void PanelOnANarrowTerminalKeepsItsNumbers()
    {
        string text = Draw(new PanelState(Facts) { Report = Report }, width: 40);
        foreach (var (_, value) in Report.Metrics) Assert.That(text, Does.Contain(Format.Value(value)));
        Assert.That(text.Split('\n').Max(static l => l.TrimEnd().Length), Is.LessThanOrEqualTo(40));
    }

    [TestCase(60, 15)]
    [TestCase(80, 24)]
    [TestCase(40, 10)]
    [TestCase(60, 5)]
    [TestCase(40, 3)]
    [TestCase(30, 1)]
    [TestCase(12, 4)]
    [TestCase(200, 60)]
    public void PanelKeepsItsProgressAtAnySize(int width, int height)
    {
        var state = new PanelState(Facts)
        {
            Report = Ssgan, Written = "samples: runs/0001-shapes-ssgan32/samples/fakes-00000250.png",
            Notice = "one file was left out",
        };
        state.Stepped(1, 1000, TimeSpan.FromSeconds(5));
        state.Stepped(251, 1000, TimeSpan.FromSeconds(55));
        string text = Draw(state, width, height);
        string[] lines = text.TrimEnd().Split('\n');
        Assert.That(lines, Has.Length.LessThanOrEqualTo(height));
        Assert.That(lines.Max(static l => l.TrimEnd().Length), Is.LessThanOrEqualTo(width));
        Assert.That(text, Does.Contain(width < 20 ? "251/1" : "251/1000 25%"));
        if (height >= 10) Assert.That(text, Does.Match(@"loss_d +\S"));
        if (height >= 60)
            Assert.That(text, Does.Contain(Facts.Networks).And.Contain("grad_norm_g").And.Contain("one file was left out"));
    }

    [TestCase(200, 60, "▁▁▁▂▂▃▃▃▄▄▅▅▆▆▆▇▇███", 10)]
    [TestCase(80, 24, "▁", 2)]
    [TestCase(40, 12, "▁", 2)]
    public void PanelDrawsTheCourseOfItsNumbers(int width, int height, string curve, int curves)
    {
        var state = new PanelState(Facts);
        for (int i = 0; i < 100; i++)
            state.Report = Ssgan with { Metrics = [.. Ssgan.Metrics.Select(m => (m.Name, m.Value + i))] };
        state.Stepped(1, 1000, TimeSpan.FromSeconds(5));
        state.Stepped(251, 1000, TimeSpan.FromSeconds(55));
        string text = Draw(state, width, height);
        Assert.That(text.Split('\n').Count(l => l.Contains(curve, StringComparison.Ordinal)), Is.EqualTo(Math.Min(5, curves)));
        Assert.That(text.Split("▁").Length, Is.GreaterThan(curves), "One for each number, or for the losses alone.");
        Assert.That(text.TrimEnd().Split('\n'), Has.Length.LessThanOrEqualTo(height));
        Assert.That(text, Does.Contain("251/1000 25%"));
    }

    [Test]
    public void CurvesKeepTheirShapeHoweverLongTheyAre()
    {
        var curve = new Sparkline();
        Assert.That(curve.Draw(8), Is.Empty);
        for (int i = 0; i < 100_000; i++) curve.Add(i < 50_000 ? 0 : 1);
        Assert.That(curve.Draw(8), Is.EqualTo("▁▁▁▁████"));
        var flat = new Sparkline();
        foreach (double value in (double[])[2, double.NaN, 2]) flat.Add(value);
        Assert.That(flat.Draw(40), Is.EqualTo("▄▄"), "Two points.");
    }

    [Test]
    public void PanelBeforeTheFirstStepHasNoPace()
    {
        var state = new PanelState(Facts);
        Assert.That(state.Remaining, Is.Null);
        Assert.That(Draw(state), Does.Contain("starting"));
    }

    [Test]
    public void PanelRunsTheTrainingAndPassesItsOutcomeOn()
    {
        using var writer = new StringWriter();
        var console = Terminal(writer);
        using var view = new PanelView(console, Facts);
        var outcome = view.Show(() =>
        {
            view.Stepped(1, 2);
            view.Logged(Report);
            view.Wrote("checkpoint", "runs/x");
            return TrainingOutcome.Interrupted;
        });
        Assert.That(outcome, Is.EqualTo(TrainingOutcome.Interrupted));
        Assert.That(writer.ToString(), Does.Contain("checkpoint: runs/x"));
        Assert.That(() => view.Show(static () => throw new TrainingException("loss_d became NaN.")),
            Throws.TypeOf<TrainingException>());
    }

    [TestCase(0, "0 B")]
    [TestCase(1023, "1023 B")]
    [TestCase(1536, "1.5 KiB")]
    [TestCase(5L << 30, "5 GiB")]
    public void BytesAreReadable(long bytes, string text) => Assert.That(Format.Bytes(bytes), Is.EqualTo(text));

    [TestCase(0.0451, "45 ms")]
    [TestCase(12.34, "12.3 s")]
    [TestCase(125, "2 min 5 s")]
    [TestCase(12000, "3 h 20 min")]
    [TestCase(200000, "2 d 7 h")]
    public void TimesAreReadable(double seconds, string text) =>
        Assert.That(Format.Time(TimeSpan.FromSeconds(seconds)), Is.EqualTo(text));

    static string Draw(PanelState state, int width = 120, int height = 40)
    {
        using var writer = new StringWriter();
        var console = Terminal(writer);
        console.Profile.Width = width;
        console.Profile.Height = height;
        console.Write(state.Draw(console.Profile));
        return writer.ToString();
    }

    static IAnsiConsole Terminal(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = 120;
        return console;
    }
}
