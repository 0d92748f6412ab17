using System.Diagnostics;
using Ssgan.Gan.Data;

namespace Ssgan.Runner.Commands;

/// <summary>Passes progress on, and now and then tells the ranks that wait for this one that it is still at work.</summary>
/// <param name="shown">Who shows it.</param>
/// <param name="alive">Tells them; from the thread that opened the set, as all that ranks do.</param>
sealed class AliveProgress(IProgress<DataProgress> shown, Action alive) : IProgress<DataProgress>
{
    // Well below the shortest time that a rank waits for another.
    static readonly TimeSpan s_between = TimeSpan.FromSeconds(0.5);

    readonly int _thread = Environment.CurrentManagedThreadId;
    long _last = Stopwatch.GetTimestamp();

    public void Report(DataProgress value)
    {
        shown.Report(value);
        if (Environment.CurrentManagedThreadId != _thread || Stopwatch.GetElapsedTime(_last) < s_between) return;
        _last = Stopwatch.GetTimestamp();
        alive();
    }
}
