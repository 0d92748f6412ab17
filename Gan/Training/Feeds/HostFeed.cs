using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data;

namespace Ssgan.Gan.Training.Feeds;

/// <summary>A set on the host, for a device without memory of its own: each batch is copied when its turn comes.</summary>
sealed class HostFeed : IBatchFeed
{
    readonly BatchLoader _loader;
    readonly Tensor _pixels, _all;

    public HostFeed(Device device, IImageSource source, LoaderOptions options, LoaderPosition start)
    {
        _loader = new BatchLoader(source, options, start);
        _pixels = device.Empty(new Shape(options.BatchSize, source.Size, source.Size, 3), DType.U8).Own();
        _all = device.From([.. Enumerable.Range(0, options.BatchSize)], new Shape(options.BatchSize)).Own();
    }

    public LoaderPosition Position => _loader.Position;

    public void Prepare() => _pixels.CopyFrom(_loader.Next().Pixels);

    public RealBatch Take() => RealBatch.Of(_pixels, _all, null);

    public void Dispose()
    {
        _loader.Dispose();
        _pixels.Dispose();
        _all.Dispose();
    }
}
