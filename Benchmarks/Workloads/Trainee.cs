using Ssgan.Engine;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Loading;
using Ssgan.Gan.Settings;
using Ssgan.Gan.Training;
using Ssgan.Gan.Training.Feeds;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>Networks on a device and the loop that trains them, on random images by the way that a run's take.</summary>
sealed class Trainee : IDisposable
{
    /// <summary>Few enough for a card to keep them, as it does with data sets that fit.</summary>
    const int Images = 4096;

    readonly RandomImages _images;
    readonly IBatchFeed _feed;
    readonly GanLoop _loop;

    /// <exception cref="TrainingException">A setting is out of range, or the device lacks the precision.</exception>
    /// <param name="device">Where they are trained.</param>
    /// <param name="settings">Of the run.</param>
    /// <param name="images">What they are trained on, which stays the caller's; null for random pixels in memory.</param>
    public Trainee(Device device, TrainOptions settings, IImageSource? images = null)
    {
        Step = settings.Validate().CreateStep(device);
        _images = new RandomImages(settings.Data.Size, Math.Max(Images, settings.Optimisation.Batch));
        _feed = BatchFeed.Open(device, images ?? _images, settings.Data, settings.Optimisation.Batch, new LoaderPosition(2),
            static _ => { });
        _loop = new GanLoop(Step, _feed, settings.Optimisation);
    }

    public GanStep Step { get; }

    /// <summary>Operations of one update of each network.</summary>
    public static (double Discriminator, double Generator) Operations(TrainOptions settings)
    {
        var (g, d) = Layers.Forward(Recipe.Architecture(settings));
        int batch = settings.Optimisation.Batch;
        // A backward costs two forwards, or one where the weights' gradients are not wanted.
        return (batch * (g + 9 * d), batch * (3 * g + 4 * d));
    }

    public void TrainDiscriminator() => _loop.TrainDiscriminator();

    public void TrainGenerator() => _loop.TrainGenerator();

    public void Iterate() => _loop.Iterate();

    public void Dispose()
    {
        _loop.Dispose();
        _feed.Dispose();
        _images.Dispose();
        Step.Dispose();
    }
}
