using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Loading;

namespace Ssgan.Gan.Training.Feeds;

/// <summary>A set on the host, for a device without memory of its own: each batch is copied when its turn comes.</summary>
sealed class HostFeed : IBatchFeed
{
    readonly BatchLoader _loader;
    readonly Tensor _pixels, _all;
    readonly Tensor? _labels;

    public HostFeed(Device device, IImageSource source, LoaderOptions options, LoaderPosition start)
    {
        _loader = new BatchLoader(source, options, start);
        _pixels = device.Empty(new Shape(options.Images, source.Size, source.Size, 3), DType.U8).Own();
        _all = device.From([.. Enumerable.Range(0, options.Images)], new Shape(options.Images)).Own();
        if (source.Classes.Count > 0) _labels = device.Empty(new Shape(options.Images), DType.I32).Own();
    }

    public LoaderPosition Position => _loader.Position;

    public void Prepare()
    {
        var batch = _loader.Next();
        _pixels.CopyFrom(batch.Pixels);
        _labels?.CopyFrom(batch.Labels);
    }

    public RealBatch Take() => RealBatch.Of(_pixels, _all, null, _labels);

    public void Dispose()
    {
        _loader.Dispose();
        _pixels.Dispose();
        _all.Dispose();
        _labels?.Dispose();
    }
}
