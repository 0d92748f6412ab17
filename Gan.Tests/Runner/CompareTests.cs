using SkiaSharp;
using Ssgan.Runner.Commands;
using Ssgan.Runner.Terminal;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Runner;

/// <summary>"compare": what of runs differs, and from where on.</summary>
public sealed class CompareTests
{
    static readonly string[] s_logged = ["--steps", "4", "--log-every", "1"];

    [Test]
    public void Runs_of_one_seed_are_the_same_to_the_last_byte()
    {
        using var scratch = new TempFolder();
        foreach (string run in (string[])["a", "b"]) Shell.Train(scratch[run], s_logged);
        var printed = Shell.Run("compare", scratch["a"], scratch["b"]);
        Assert.That((printed.Code, printed.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(printed.Out, Does.StartWith("All settings are the same.\n")
            .And.Contain($"{scratch["a"]} and {scratch["b"]} are the same in all 4 lines that both logged, to step 4.")
            .And.Contain("Their checkpoints of step 4 have the same bytes.").And.Contain("has no scores yet; ssgan eval"));
    }

    [Test]
    public void Settings_that_differ_stand_in_a_table_and_losses_part_at_a_step()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["a"], s_logged);
        Shell.Train(scratch["b"], [.. s_logged, "--rotation-fake", "0.7"]);
        Shell.Train(scratch["c"], [.. s_logged, "--model", "sngan"]);
        var printed = Shell.Run("compare", scratch["a"], scratch["b"], scratch["c"], "--plot", scratch["curves.png"]);
        Assert.That((printed.Code, printed.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(printed.Out, Does.Match(@"\| rotation-fake +\| +0\.2 \| +0\.7 \| +\|")
            .And.Match(@"\| model +\| +ssgan \| +ssgan \| +sngan \|").And.Not.Match(@"\| batch"));
        Assert.That(printed.Out, Does.Match($@"{scratch["a"]} and {scratch["b"]} part at step 1, their first line: grad_norm_g ")
            .And.Contain("Their checkpoints of step 4 have other tensors."));
        Assert.That(printed.Out, Does.Contain("curves.png: loss_d, loss_g by step."));
        using var plot = SKBitmap.Decode(scratch["curves.png"]);
        Assert.That((plot.Width, plot.Height), Is.EqualTo((1000, 800)));
    }

    [Test]
    public void Logs_part_where_a_number_differs()
    {
        var mine = Log((10, 1, 5), (20, 2, 6), (30, 3, 7), (40, 4, 8));
        Assert.That(RunParting.Of(mine, mine), Is.EqualTo(new RunParting(4, 40, null, [])).Using(s_alike));
        // Pace is the machine's own.
        var parting = RunParting.Of(mine, Log((10, 1, 1), (20, 2, 2), (30, 3.000001, 3), (40, 5, 4)));
        // Losses are named first.
        var first = new Dictionary<string, double> { ["step"] = 10, ["accuracy"] = 1, ["loss_d"] = 1 };
        var second = new Dictionary<string, double> { ["step"] = 10, ["accuracy"] = 2, ["loss_d"] = 2 };
        Assert.That(RunParting.Of([first], [second]).Values.Select(static v => v.Name),
            Is.EqualTo((string[])["loss_d", "accuracy"]));
        Assert.That(parting, Is.EqualTo(new RunParting(3, 20, 30, [("loss_d", 3, 3.000001)])).Using(s_alike));
        Assert.That(parting.Describe("a", "b"),
            Is.EqualTo("a and b part at step 30, after 20 in common: loss_d 3 and 3.000001."));
    }

    [Test]
    public void Lines_over_other_spans_are_not_compared()
    {
        var mine = Log((10, 1, 5), (20, 2, 6), (30, 3, 7));
        // The second line is the mean of twenty steps.
        Assert.That(RunParting.Of(mine, Log((10, 1, 5), (30, 9, 6))), Is.EqualTo(new RunParting(1, 10, null, [])).Using(s_alike));
        var none = RunParting.Of(mine, Log((20, 1, 5)));
        Assert.That(none.Describe("a", "b"), Does.Contain("no lines of their logs in common"));
    }

    [Test]
    public void Values_that_only_one_logged_are_another_gans()
    {
        var mine = Log((10, 1, 5));
        var other = new Dictionary<string, double>(mine[0]) { ["loss_d_rotation"] = 3 };
        Assert.That(RunParting.Of(mine, [other]).Step, Is.Null);
        Assert.That(RunParting.Of([other], mine).Step, Is.Null);
    }

    [Test]
    public void What_is_no_run_is_refused()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["a"], "--steps", "1");
        Directory.CreateDirectory(scratch["empty"]);
        var printed = Shell.Run("compare", scratch["a"], scratch["empty"]);
        Assert.That((printed.Code, printed.ErrorLines.Length), Is.EqualTo((ExitCode.Failed, 1)));
        Assert.That(printed.Error, Does.Contain("is not a run folder"));
        File.WriteAllText(scratch["empty/config.json"], "{\"steps\": \"x\"}");
        Assert.That(Shell.Run("compare", scratch["a"], scratch["empty"]).Error, Does.Contain("is not a valid configuration"));
        Assert.That(Shell.Run("compare", scratch["a"], scratch["none"]).Error, Does.Contain("There is no file"));
        Assert.That(Shell.Run("compare", scratch["a"], scratch["a"], "--plot", "x.jpg").Error, Does.Contain("--plot is x.jpg"));
    }

    static readonly IComparer<RunParting> s_alike = Comparer<RunParting>.Create(static (x, y) =>
        (x.Lines, x.Alike, x.Step) == (y.Lines, y.Alike, y.Step) && x.Values.SequenceEqual(y.Values) ? 0 : 1);

    static IReadOnlyList<IReadOnlyDictionary<string, double>> Log(params (double Step, double Loss, double Pace)[] lines) =>
        [.. lines.Select(static l => new Dictionary<string, double>
        {
            ["step"] = l.Step, ["loss_d"] = l.Loss, ["loss_g"] = 1, ["images_per_second"] = l.Pace, ["elapsed_seconds"] = l.Pace,
            ["live_bytes"] = l.Pace, ["peak_bytes"] = l.Pace,
        })];
}
