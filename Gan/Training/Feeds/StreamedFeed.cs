using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data;

namespace Ssgan.Gan.Training.Feeds;

/// <summary>
/// A set that stays on the host. The bytes of the next batches come while an update computes, and are moved to the place that
/// updates read just before the next one.
/// </summary>
sealed class StreamedFeed : IBatchFeed
{
    readonly BatchLoader _loader;
    readonly StagedUpload _staged;
    readonly Tensor _pixels, _all;
    // Where the loader stands after each batch that is on its way.
    readonly Queue<LoaderPosition> _after = [];

    public StreamedFeed(Device device, IImageSource source, LoaderOptions options, LoaderPosition start)
    {
        var shape = new Shape(options.BatchSize, source.Size, source.Size, 3);
        _pixels = device.Empty(shape, DType.U8).Own();
        _all = device.From([.. Enumerable.Range(0, options.BatchSize)], new Shape(options.BatchSize)).Own();
        _staged = device.Stage(shape, DType.U8);
        _loader = new BatchLoader(source, options, start);
        Position = _loader.Position;
        try
        {
            for (int i = 0; i < StagedUpload.Slots; i++) Send();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public LoaderPosition Position { get; private set; }

    public void Prepare()
    {
        _staged.Take(_pixels);
        Position = _after.Dequeue();
        Send();
    }

    public RealBatch Take() => RealBatch.Of(_pixels, _all, null);

    public void Dispose()
    {
        _loader.Dispose();
        _staged.Dispose();
        _pixels.Dispose();
        _all.Dispose();
    }

    /// <summary>Sends the loader's next batch on its way. The loader has mirrored what is to be mirrored.</summary>
    void Send()
    {
        _staged.Send(_loader.Next().Pixels);
        _after.Enqueue(_loader.Position);
    }
}
