using System.Diagnostics;
using Spectre.Console;
using Ssgan.Gan.Metrics;
using Ssgan.Gan.Training;

namespace Ssgan.Runner.Views;

/// <summary>A panel on a terminal, redrawn a few times per second.</summary>
sealed class PanelView(IAnsiConsole console, RunFacts facts) : IRunView
{
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    readonly PanelState _state = new(facts);
    readonly Stopwatch _clock = Stopwatch.StartNew();
    TimeSpan _drawn;
    LiveDisplayContext? _live;

    public TrainingOutcome Show(Func<TrainingOutcome> run) => console.Live(_state.Draw(console.Profile))
        .Overflow(VerticalOverflow.Crop).Start(live =>
    {
        _live = live;
        try
        {
            return run();
        }
        finally
        {
            Draw();
            _live = null;
        }
    });

    public void Stepped(long step, long steps)
    {
        _state.Stepped(step, steps, _clock.Elapsed);
        if (_clock.Elapsed - _drawn >= Interval) Draw();
    }

    public void Logged(TrainingReport report) => _state.Report = report;

    public void Wrote(string what, string path)
    {
        _state.Written = $"{what}: {path}";
        Draw();
    }

    public void Scored(long step, IReadOnlyList<Receipt> receipts)
    {
        _state.Scores = $"step {step}: {ScoreTable.Line(receipts)}";
        Draw();
    }

    public void Notice(string message)
    {
        _state.Notice = message;
        Draw();
    }

    void Draw()
    {
        _live?.UpdateTarget(_state.Draw(console.Profile));
        _drawn = _clock.Elapsed;
    }

    public void Dispose()
    {
    }
}
