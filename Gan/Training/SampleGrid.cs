using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data.Imaging;

namespace Ssgan.Gan.Training;

/// <summary>The images that show a run's progress: the same noise at every step, and a row for each class.</summary>
/// <param name="Pixels">U8 (Count, S, S, 3).</param>
/// <param name="Count">How many there are.</param>
/// <param name="Columns">Images of a row; 0 where there are no classes, for the most nearly square sheet.</param>
sealed record SampleGrid(byte[] Pixels, int Count, int Columns)
{
    /// <summary>Keeps the fixed noise of the sample grids apart from the noise that trains.</summary>
    const ulong Stream = 0x9E3779B97F4A7C15;

    /// <summary>Draws at most GridImages images.</summary>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static SampleGrid Draw(GanStep step, TrainOptions options, CancellationToken stop = default)
    {
        using var random = new Rng(step.Device, options.Optimisation.Seed ^ Stream);
        var (count, columns, labels) = (options.Cadence.GridImages, 0, Array.Empty<int>());
        if (step.Classes > 0)
        {
            (labels, columns) = ClassRows.Of(count, step.Classes);
            count = labels.Length;
        }
        int drawn = 0;
        return new(Training.Pixels.Draw(step.Device, count, Images, stop: stop), count, columns);

        Tensor Images(int n)
        {
            var latent = step.Noise(random, n);
            if (step.Classes > 0) latent = latent with { Labels = step.Device.From(labels.AsSpan(drawn, n), new Shape(n)) };
            drawn += n;
            return step.Sample(latent);
        }
    }

    /// <summary>Writes the sheet.</summary>
    public void Save(string path, int size) => ImageGrid.Save(path, Pixels, Count, size, Columns);
}
