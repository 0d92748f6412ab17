using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Optim;
using Ssgan.Gan.Data;

namespace Ssgan.Gan.Training;

/// <summary>
/// The two updates of an algorithm together with the images that they are fed: what differs between a CPU and a GPU.
/// </summary>
abstract class Updates : IDisposable
{
    /// <summary>The position after the images used so far.</summary>
    public abstract LoaderPosition Position { get; }

    /// <summary>
    /// Whether an update is done when it returns. Where it is only queued, looking at its results after each step
    /// would cost a wait.
    /// </summary>
    public abstract bool AreDone { get; }

    /// <summary>One update of the discriminator on the next batch.</summary>
    public abstract void TrainDiscriminator();

    /// <summary>One update of the generator, after which the schedule advances.</summary>
    public abstract void TrainGenerator();

    public abstract void Dispose();

    /// <summary>The updates for a device.</summary>
    /// <param name="step">The algorithm.</param>
    /// <param name="source">The images; they stay the caller's.</param>
    /// <param name="options">The run's settings.</param>
    /// <param name="schedule">The learning rates; it stays the caller's.</param>
    /// <param name="start">The first image.</param>
    /// <param name="notice">Told in one sentence where a GPU's images are kept.</param>
    public static Updates Open(GanStep step, IImageSource source, TrainOptions options, RateSchedule schedule,
        LoaderPosition start, Action<string> notice)
    {
        var loading = new LoaderOptions { BatchSize = options.Batch, DropLast = true, HorizontalFlip = options.Flip };
        if (!step.Device.CanCapture)
            return new HostUpdates(step, schedule, new BatchLoader(source, loading, start), options.Batch);
        long ahead = options.LogEvery > int.MaxValue ? int.MaxValue : options.LogEvery * options.DiscriminatorSteps;
        var images = DeviceImages.Open(step.Device, source, loading, start, options.DataOnDevice, ahead, notice);
        return new DeviceUpdates(step, schedule, images, options);
    }

    /// <summary>Batches come from the host, and every operation runs as it is called.</summary>
    sealed class HostUpdates(GanStep step, RateSchedule schedule, BatchLoader loader, int batch) : Updates
    {
        public override LoaderPosition Position => loader.Position;

        public override bool AreDone => true;

        public override void TrainDiscriminator()
        {
            using var scope = step.Device.Scope();
            var images = loader.Next();
            step.TrainDiscriminator(Pixels.ToImages(step.Device.From(images.Pixels,
                new Shape(images.Count, images.Size, images.Size, 3))));
        }

        public override void TrainGenerator()
        {
            step.TrainGenerator(batch);
            schedule.Advance();
        }

        public override void Dispose() => loader.Dispose();
    }

    /// <summary>Batches are on the device, and updates are replayed where the algorithm can be captured.</summary>
    sealed class DeviceUpdates(GanStep step, RateSchedule schedule, DeviceImages images, TrainOptions options) : Updates
    {
        readonly CapturedGanStep? _graphs = options.Graphs && step.IsCapturable ? new(step, schedule) : null;

        public override LoaderPosition Position => images.Position;

        public override bool AreDone => false;

        public override void TrainDiscriminator()
        {
            images.Prepare();
            if (_graphs is not null)
            {
                _graphs.TrainDiscriminator(images);
                return;
            }
            using var scope = step.Device.Scope();
            step.TrainDiscriminator(images.Take());
        }

        public override void TrainGenerator()
        {
            if (_graphs is not null)
            {
                _graphs.TrainGenerator(options.Batch);
                return;
            }
            step.TrainGenerator(options.Batch);
            schedule.Advance();
        }

        public override void Dispose()
        {
            _graphs?.Dispose();
            images.Dispose();
        }
    }
}
