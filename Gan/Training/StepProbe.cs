using System.Diagnostics;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace Ssgan.Gan.Training;

/// <summary>What training will cost, from a few real steps on random pixels.</summary>
/// <param name="ParameterBytes">Trained values of the two networks.</param>
/// <param name="GradientBytes">Their gradients.</param>
/// <param name="OptimizerBytes">The optimizers' state.</param>
/// <param name="OtherBytes">Buffers, and the averaged generator if there is one.</param>
/// <param name="PeakBytes">The most device memory in use at once, all of the above included.</param>
/// <param name="Step">Time of one step: all updates of both networks.</param>
public sealed record StepProbe(long ParameterBytes, long GradientBytes, long OptimizerBytes, long OtherBytes, long PeakBytes, TimeSpan Step)
{
    static readonly TimeSpan Enough = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Runs steps, of which the fastest counts: the first ones also compile code and fill the pool, so quick steps are repeated for a few seconds.
    /// </summary>
    /// <param name="step">New networks; their weights change.</param>
    /// <param name="options">Batch and number of discriminator updates.</param>
    /// <param name="size">Image side.</param>
    /// <param name="least">How many steps to run at least.</param>
    /// <param name="stop">Ends it between two updates.</param>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static StepProbe Measure(GanStep step, TrainOptions options, int size, int least = 2, CancellationToken stop = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(least, 1);
        long all = step.Networks.Sum(static n => n.Module.NamedParameters().Concat(n.Module.NamedBuffers()).Sum(static t => t.Tensor.View.Bytes));
        long trained = step.Optimizers.Sum(static o => o.Optimizer.Parameters.Sum(static p => p.Tensor.View.Bytes));
        long states = step.Optimizers.Sum(static o => o.Optimizer.NamedState.Sum(static s => s.Tensor.View.Bytes));

        using var graphs = options.Graphs && step.IsCapturable && step.Device.CanCapture ? new CapturedGanStep(step) : null;
        using var random = new Rng(step.Device, options.Seed + 1);
        step.Device.Pool.ResetPeak();
        var fastest = TimeSpan.MaxValue;
        var total = Stopwatch.StartNew();
        for (int i = 0; i < least || total.Elapsed < Enough; i++)
        {
            var start = total.Elapsed;
            for (int d = 0; d < options.DiscriminatorSteps; d++)
            {
                stop.ThrowIfCancellationRequested();
                using var scope = step.Device.Step();
                var images = random.Uniform(new Shape(options.Batch, size, size, 3), -1, 1);
                if (graphs is null) step.TrainDiscriminator(images);
                else graphs.TrainDiscriminator(images);
            }
            if (graphs is null) step.TrainGenerator(options.Batch);
            else graphs.TrainGenerator(options.Batch);
            step.Device.Backend.Synchronize();
            var time = total.Elapsed - start;
            fastest = time < fastest ? time : fastest;
        }
        return new StepProbe(trained, trained, states, all - trained, step.Device.Pool.PeakBytes, fastest);
    }
}
