using System.Diagnostics;
using Ssgan.Engine.Optim.Schedules;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data.Loading;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training.Feeds;

namespace Ssgan.Gan.Training;

/// <summary>What training will cost, from a few real steps on random pixels and a real sheet of samples.</summary>
/// <param name="ParameterBytes">Trained values of the two networks.</param>
/// <param name="GradientBytes">Their gradients.</param>
/// <param name="OptimizerBytes">The optimizers' state.</param>
/// <param name="OtherBytes">Buffers, and the averaged generator if there is one.</param>
/// <param name="StepPeakBytes">The most device memory in use at once while a step runs, all of the above included.</param>
/// <param name="SheetPeakBytes">The same while a sheet of samples is drawn.</param>
/// <param name="Step">Time of one step: all updates of both networks.</param>
sealed record StepProbe(long ParameterBytes, long GradientBytes, long OptimizerBytes, long OtherBytes, long StepPeakBytes,
    long SheetPeakBytes, TimeSpan Step)
{
    /// <summary>The most device memory in use at once during a run that streams its images.</summary>
    public long PeakBytes => Math.Max(StepPeakBytes, SheetPeakBytes);

    static readonly TimeSpan Enough = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Runs steps as a trainer does, of which the fastest counts: the first ones also compile code and fill the pool, so quick
    /// steps are repeated for a few seconds. Then draws a sheet, beside the gradients and optimizer states that the steps have
    /// made.
    /// </summary>
    /// <param name="step">New networks; their weights change.</param>
    /// <param name="options">The run's settings.</param>
    /// <param name="least">How many steps to run at least.</param>
    /// <param name="enough">How long quick steps are repeated; null is a few seconds.</param>
    /// <param name="stop">Ends it between two updates.</param>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static StepProbe Measure(GanStep step, TrainOptions options, int least = 2, TimeSpan? enough = null,
        CancellationToken stop = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(least, 1);
        long all = step.Networks.Sum(static n => n.Module.NamedParameters().Concat(n.Module.NamedBuffers())
            .Sum(static t => t.Tensor.View.Bytes));
        long trained = step.Optimizers.Sum(static o => o.Optimizer.Parameters.Sum(static p => p.Tensor.View.Bytes));
        long states = step.Optimizers.Sum(static o => o.Optimizer.NamedState.Sum(static s => s.Tensor.View.Bytes));

        var pool = step.Device.Pool;
        pool.ResetPeak();
        var optimisation = options.Optimisation;
        using var images = new RandomImages(options.Data.Size, classes: step.Classes);
        using var schedule = new ScalarSchedule(step.Scheduled(options.Gan.Rate(optimisation with { DecayFrom = 0 })));
        using var feed = BatchFeed.Open(step.Device, images, options.Data with { DataOnDevice = DataOnDevice.Off },
            optimisation.Batch, new LoaderPosition(optimisation.Seed), static _ => { });
        using var loop = new GanLoop(step, feed, optimisation, schedule);
        var fastest = TimeSpan.MaxValue;
        var total = Stopwatch.StartNew();
        for (int i = 0; i < least || total.Elapsed < (enough ?? Enough); i++)
        {
            var start = total.Elapsed;
            loop.Iterate(stop);
            step.Device.Backend.Synchronize();
            var time = total.Elapsed - start;
            fastest = time < fastest ? time : fastest;
        }
        long stepPeak = pool.PeakBytes;
        pool.ResetPeak();
        _ = SampleGrid.Draw(step, options, stop);
        return new StepProbe(trained, trained, states, all - trained, stepPeak, pool.PeakBytes, fastest);
    }
}
