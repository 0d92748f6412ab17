using Ssgan.Engine;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Loading;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Training.Feeds;

/// <summary>Chooses where a run's images are kept.</summary>
public static class BatchFeed
{
    /// <summary>Opens a set, which stays the caller's, at a position.</summary>
    /// <param name="device">Where the images go.</param>
    /// <param name="source">The set.</param>
    /// <param name="data">Flips, and whether a device keeps the set.</param>
    /// <param name="batch">Images of a batch, of all ranks where they share it.</param>
    /// <param name="start">The first image.</param>
    /// <param name="notice">Told in one sentence where a GPU's images are kept.</param>
    /// <param name="ahead">For how many batches to plan at a time, at most, where it does: such as pass between two log lines,
    /// where the device is waited for anyway.</param>
    /// <param name="share">Which part of each batch it gives; null for all.</param>
    /// <exception cref="TrainingException">The set is to be kept on the device and does not fit.</exception>
    public static IBatchFeed Open(Device device, IImageSource source, DataSettings data, int batch, LoaderPosition start,
        Action<string> notice, long ahead = int.MaxValue, BatchShare? share = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(notice);
        // All batches have one size, so the last images of an epoch are dropped.
        var loading = new LoaderOptions
        {
            BatchSize = batch, DropLast = true, HorizontalFlip = data.Flip, Share = share ?? BatchShare.Whole,
        };
        return Open(device, source, loading, start, data.DataOnDevice, ahead, notice);
    }

    /// <summary>The same of single values.</summary>
    /// <param name="device">Where the images go.</param>
    /// <param name="source">The set.</param>
    /// <param name="loading">How images become batches.</param>
    /// <param name="start">The first image.</param>
    /// <param name="place">Whether a device with memory of its own keeps the set.</param>
    /// <param name="ahead">For how many batches to plan at a time, at most, where it does.</param>
    /// <param name="notice">Told in one sentence where a GPU's images are kept.</param>
    internal static IBatchFeed Open(Device device, IImageSource source, LoaderOptions loading, LoaderPosition start,
        DataOnDevice place, long ahead, Action<string> notice)
    {
        if (device.FreeBytes is not { } free) return new HostFeed(device, source, loading, start);
        if (place == DataOnDevice.Off || (place == DataOnDevice.Auto && source.Count is null)) return Streamed();
        if (source.Count is not { } count)
            throw new TrainingException(
                $"{source.Name} is endless and cannot be kept on {device.Name}; let it be streamed (dataOnDevice off).");
        long bytes = count * source.Size * source.Size * 3;
        if (bytes <= (place == DataOnDevice.On ? free : free / 2))
        {
            notice($"The {count:N0} images of {source.Name} are kept on {device.Name} ({bytes:N0} bytes).");
            return new ResidentFeed(device, source, loading, start, ahead);
        }
        if (place == DataOnDevice.On)
            throw new TrainingException($"{source.Name} takes {bytes:N0} bytes, and {device.Name} has {free:N0} free; "
                + "let it be streamed (dataOnDevice off).");
        notice($"{source.Name} takes {bytes:N0} bytes, more than half of the {free:N0} free on {device.Name}, so its images are "
            + "streamed.");
        return Streamed();

        StreamedFeed Streamed() => new(device, source, loading, start);
    }
}
