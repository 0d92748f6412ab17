using Ssgan.Engine;
using Ssgan.Gan.Data;

namespace Ssgan.Gan.Training;

/// <summary>Whether a GPU keeps the whole data set in its memory.</summary>
public enum DataOnDevice
{
    /// <summary>Where it has memory of its own, and the set takes at most half of what is free when training begins.</summary>
    Auto,
    /// <summary>Always; a set that does not fit is an error.</summary>
    On,
    /// <summary>Never: batches are streamed to it.</summary>
    Off,
}

/// <summary>
/// Real images for training on a device, in the order and with the flips of a <see cref="BatchLoader"/>. What comes from the host
/// comes between updates; an update takes its batch from device memory alone, so that it can be captured. Call
/// <see cref="Prepare"/> before every update.
/// </summary>
public abstract class DeviceImages : IDisposable
{
    /// <summary>The position after the batches prepared so far.</summary>
    public abstract LoaderPosition Position { get; }

    /// <summary>Makes the next batch ready. Copies to the device are queued, not waited for.</summary>
    public abstract void Prepare();

    /// <summary>
    /// The batch that is ready, as tensors of the innermost tensor scope; to be called once per <see cref="Prepare"/>,
    /// possibly by a replay.
    /// </summary>
    public abstract RealBatch Take();

    public abstract void Dispose();

    /// <summary>Opens a set, which stays the caller's, at a position.</summary>
    /// <param name="device">The device.</param>
    /// <param name="source">The set.</param>
    /// <param name="options">How images become batches; the last ones of an epoch must be dropped, because all batches have
    /// one size.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="place">Whether the device keeps the set.</param>
    /// <param name="ahead">For how many batches to plan at a time, at most, where it does.</param>
    /// <param name="notice">Told in one sentence where the images are kept.</param>
    /// <exception cref="TrainingException">The set is to be kept on the device and does not fit.</exception>
    public static DeviceImages Open(Device device, IImageSource source, LoaderOptions options, LoaderPosition start,
        DataOnDevice place, long ahead, Action<string> notice)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(notice);
        if (!options.DropLast)
            throw new ArgumentException("The last images of an epoch must be dropped: all batches have one size.",
                nameof(options));
        if (place == DataOnDevice.Off || (place == DataOnDevice.Auto && (source.Count is null || device.FreeBytes is null)))
            return new StreamedImages(device, source, options, start);
        if (source.Count is not { } count)
            throw new TrainingException(
                $"{source.Name} is endless and cannot be kept on {device.Name}; let it be streamed (--data-on-device off).");
        long bytes = count * source.Size * source.Size * 3, free = device.FreeBytes ?? long.MaxValue;
        if (bytes <= (place == DataOnDevice.On ? free : free / 2))
        {
            notice($"The {count:N0} images of {source.Name} are kept on {device.Name} ({bytes:N0} bytes).");
            return new ResidentImages(device, source, options, start, ahead);
        }
        if (place == DataOnDevice.On)
            throw new TrainingException($"{source.Name} takes {bytes:N0} bytes, and {device.Name} has {free:N0} free; "
                + "let it be streamed (--data-on-device off).");
        notice($"{source.Name} takes {bytes:N0} bytes, more than half of the {free:N0} free on {device.Name}, so its "
            + "images are streamed.");
        return new StreamedImages(device, source, options, start);
    }
}
