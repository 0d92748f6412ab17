using System.Diagnostics;
using System.Globalization;
using Ssgan.Gan.Data.Sources;
using Ssgan.Gan.Training;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Training;

/// <summary>What it costs to watch a run.</summary>
public sealed class OverheadTests
{
    /// <summary>
    /// The processor's time of what is written beside training, as a part of a step's, at the cadence of the preset for
    /// processors, whose networks are the smallest of all and so have the cheapest steps.
    /// </summary>
    [Test, Explicit("A measurement: dotnet test -c Release Gan.Tests --filter FullyQualifiedName~OverheadTests")]
    public void A_watched_run_costs_less_than_a_hundredth_more()
    {
        using var scratch = new TempFolder();
        var options = Presets.For(Presets.Tiny, 32).With(steps: 60);
        using var run = new TrainingRun(scratch["run"], options with
        {
            Cadence = options.Cadence with { LogEvery = 1000, SampleEvery = 1000, CheckpointEvery = 1000 },
        });
        var ends = new List<TimeSpan>();
        run.AfterStep = _ => ends.Add(Processor);
        run.Trainer.Run();
        // The first steps also compile code.
        double step = (ends[^1] - ends[19]).TotalMilliseconds / (ends.Count - 20);
        double sigmas = Cost(() => LayerSigmas.Of(run.Step), 200);
        double line = Board(1000, 1000, 200), sheet = Board(1, 1000, 50), weights = Board(1000, 1, 10);
        var cadence = options.Cadence;
        double all = (sigmas + line) / cadence.LogEvery + sheet / cadence.SampleEvery + weights / cadence.CheckpointEvery;
        double share = all / step;
        string times = string.Create(CultureInfo.InvariantCulture,
            $"step {step:0.0} ms, sigmas {sigmas:0.000}, line {line:0.000}, sheet {sheet:0.00}, weights {weights:0.0}");
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{times}: {share:P2} of a step"));
        Assert.That(share, Is.LessThan(0.01));

        // A call of the hook with a new line, and a sheet or weights where they are due.
        double Board(long sheets, long checkpoints, int times)
        {
            using var source = new ShapesSource(32, 0);
            var often = options.With(steps: 1000, sampleEvery: sheets, checkpointEvery: checkpoints);
            var state = new RunState(run.Step, source, often, run.Folder, run) { Done = 60 };
            using var board = new TensorBoardHook();
            (string, double)[] numbers = [.. Enumerable.Range(0, 10).Select(static i => ($"loss_{i}", 1.5))];
            var report = new TrainingReport(60, 1000, numbers, 1e-4, 10, TimeSpan.Zero, null, 1, 1)
            {
                Sigmas = LayerSigmas.Of(run.Step),
            };
            return Cost(() =>
            {
                state.Report = report with { Step = 60 };
                board.Run(state);
            }, times);
        }
    }

    static TimeSpan Processor => Process.GetCurrentProcess().TotalProcessorTime;

    /// <summary>Milliseconds of a call, warm.</summary>
    static double Cost(Action call, int times)
    {
        call();
        var before = Processor;
        for (int i = 0; i < times; i++) call();
        return (Processor - before).TotalMilliseconds / times;
    }
}
