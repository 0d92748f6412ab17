using System.Diagnostics;
using Ssgan.Engine;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Training;

/// <summary>Pace, remaining time and memory of a run.</summary>
sealed class Throughput(Device device, OptimisationSettings optimisation, long start)
{
    readonly Stopwatch _clock = Stopwatch.StartNew();
    readonly long _start = start;
    long _lastStep = start;
    TimeSpan _last;

    public TrainingReport Report(long step, IReadOnlyList<(string, double)> metrics, double learningRate)
    {
        var now = _clock.Elapsed;
        double seconds = Math.Max(1e-9, (now - _last).TotalSeconds);
        double images = (double)(step - _lastStep) * optimisation.DiscriminatorSteps * optimisation.Batch / seconds;
        (_last, _lastStep) = (now, step);
        TimeSpan? remaining = step == _start ? null : now / (step - _start) * (optimisation.Steps - step);
        return new TrainingReport(step, optimisation.Steps, metrics, learningRate, images, now, remaining,
            device.Pool.LiveBytes, device.Pool.PeakBytes);
    }
}
