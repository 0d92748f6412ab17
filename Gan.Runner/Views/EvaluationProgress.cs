using System.Diagnostics;
using System.Globalization;
using Ssgan.Gan.Data;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Views;

/// <summary>How far an evaluation is and how long it will take: a line soon, and then seldom.</summary>
sealed class EvaluationProgress(TextWriter output) : IProgress<DataProgress>
{
    static readonly TimeSpan s_first = TimeSpan.FromSeconds(2), s_between = TimeSpan.FromSeconds(15);

    readonly Stopwatch _clock = new();
    string _stage = "";
    long _from, _last;
    TimeSpan _next;

    public void Report(DataProgress progress)
    {
        // The next evaluation begins with images of the same kind again.
        bool begins = progress.Stage != _stage || progress.Done < _last;
        _last = progress.Done;
        if (begins)
        {
            (_stage, _from, _next) = (progress.Stage, progress.Done, s_first);
            _clock.Restart();
            if (_from > 0 && _from < progress.Total)
                output.WriteLine($"{_stage} images: going on after {Format.Count(_from)} of {Format.Count(progress.Total)}");
            return;
        }
        var elapsed = _clock.Elapsed;
        long done = progress.Done - _from;
        if (progress.Done == progress.Total)
        {
            output.WriteLine($"{_stage} images: {Format.Count(progress.Total)} in {Format.Time(elapsed)}");
            output.Flush();
            return;
        }
        if (elapsed < _next || done == 0) return;
        _next = elapsed + s_between;
        double pace = done / elapsed.TotalSeconds;
        var left = TimeSpan.FromSeconds((progress.Total - progress.Done) / pace);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_stage} images: {progress.Done:N0} of "
            + $"{progress.Total:N0}, {pace:0.0} images/s, {Format.Time(left)} left"));
        output.Flush();
    }
}
