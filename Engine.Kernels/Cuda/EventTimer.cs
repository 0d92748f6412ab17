using System.Diagnostics;
using Ssgan.Engine.Kernels.Cuda.Driver;

namespace Ssgan.Engine.Kernels.Cuda;

/// <summary>What repeated measurements of one piece of work gave, in milliseconds.</summary>
sealed record Timing(double MedianMs, double MinMs, double MaxMs, int Repetitions)
{
    /// <summary>The summary of single measurements, at least one.</summary>
    public static Timing Of(IReadOnlyList<double> times)
    {
        double[] sorted = [.. times.Order()];
        int middle = sorted.Length / 2;
        double median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new(median, sorted[0], sorted[^1], sorted.Length);
    }

    /// <summary>The time of one of so many equal pieces.</summary>
    public Timing Each(int pieces) => new(MedianMs / pieces, MinMs / pieces, MaxMs / pieces, Repetitions);
}

/// <summary>Measures work on a card between two events on its stream, so that only the device's time counts.</summary>
sealed class EventTimer(CudaBackend card) : IDisposable
{
    readonly CudaBackend _card = card ?? throw new ArgumentNullException(nameof(card));
    readonly CudaEvent _start = card.CreateEvent(timed: true), _end = card.CreateEvent(timed: true);

    /// <summary>Runs work untimed, then timed until it was repeated often enough or the budget is used up.</summary>
    /// <param name="queue">Queues the work.</param>
    /// <param name="warmup">Untimed runs first: modules load and plans are made in them.</param>
    /// <param name="repetitions">The most timed runs.</param>
    /// <param name="budgetSeconds">No timed run begins after this time; at least one is made.</param>
    public Timing Measure(Action queue, int warmup = 5, int repetitions = 30, double budgetSeconds = 10)
    {
        ArgumentNullException.ThrowIfNull(queue);
        for (int i = 0; i < warmup; i++) queue();
        _card.Synchronize();
        var times = new List<double>(repetitions);
        var clock = Stopwatch.StartNew();
        do
        {
            _card.Record(_start);
            queue();
            _card.Record(_end);
            _end.Synchronize();
            times.Add(_end.MillisecondsSince(_start));
        }
        while (times.Count < repetitions && clock.Elapsed.TotalSeconds < budgetSeconds);
        return Timing.Of(times);
    }

    /// <summary>Frees the events.</summary>
    public void Dispose()
    {
        _start.Dispose();
        _end.Dispose();
    }
}
