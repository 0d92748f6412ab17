using System.Diagnostics;

namespace Ssgan.Engine.Distributed;

/// <summary>
/// How a thread waits for other processes: it looks again at once for a little while, then lets others of the same core have
/// their turn, then sleeps, so that more ranks than cores do not starve one another.
/// </summary>
struct Pace(TimeSpan most)
{
    static readonly TimeSpan s_spin = TimeSpan.FromMicroseconds(50), s_yield = TimeSpan.FromMilliseconds(5),
        s_second = TimeSpan.FromSeconds(1);

    /// <summary>A longer moment was none of waiting, but of being stopped.</summary>
    readonly TimeSpan _longest = most / 20 < s_second ? most / 20 : s_second;
    long _last = Stopwatch.GetTimestamp();

    /// <summary>The time waited, without that in which this process was stopped: it could not see the others come.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>Whether it was enough.</summary>
    public readonly bool IsOver => Waited >= most;

    /// <summary>Waits a moment.</summary>
    public void Pause()
    {
        if (Waited < s_spin) Thread.SpinWait(10);
        else if (Waited < s_yield) Thread.Yield();
        else Thread.Sleep(1);
        long now = Stopwatch.GetTimestamp();
        var gap = Stopwatch.GetElapsedTime(_last, now);
        Waited += gap < _longest ? gap : _longest;
        _last = now;
    }
}
