using Ssgan.Engine;
using Ssgan.Gan.Algorithms;

namespace Ssgan.Gan.Training;

/// <summary>The images that show a run's progress: the same noise at every step.</summary>
static class SampleGrid
{
    /// <summary>Keeps the fixed noise of the sample grids apart from the noise that trains.</summary>
    const ulong Stream = 0x9E3779B97F4A7C15;

    /// <summary>Pixels (GridImages, S, S, 3).</summary>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static byte[] Draw(GanStep step, TrainOptions options, CancellationToken stop = default)
    {
        using var random = new Rng(step.Device, options.Optimisation.Seed ^ Stream);
        return Pixels.Draw(step.Device, options.Cadence.GridImages, n => step.Sample(step.Noise(random, n)), stop: stop);
    }
}
