using System.Runtime.InteropServices;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Loading;

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
    readonly StagedUpload? _stagedLabels;
    readonly Tensor? _labels;
    // Where the loader stands after each batch that is on its way.
    readonly Queue<LoaderPosition> _after = [];

    public StreamedFeed(Device device, IImageSource source, LoaderOptions options, LoaderPosition start)
    {
        var shape = new Shape(options.Images, source.Size, source.Size, 3);
        _pixels = device.Empty(shape, DType.U8).Own();
        _all = device.From([.. Enumerable.Range(0, options.Images)], new Shape(options.Images)).Own();
        _staged = device.Stage(shape, DType.U8);
        if (source.Classes.Count > 0)
        {
            var labels = new Shape(options.Images);
            _labels = device.Empty(labels, DType.I32).Own();
            _stagedLabels = device.Stage(labels, DType.I32);
        }
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
        _stagedLabels?.Take(_labels!);
        Position = _after.Dequeue();
        Send();
    }

    public RealBatch Take() => RealBatch.Of(_pixels, _all, null, _labels);

    public void Dispose()
    {
        _loader.Dispose();
        _staged.Dispose();
        _stagedLabels?.Dispose();
        foreach (var t in (ReadOnlySpan<Tensor?>)[_pixels, _all, _labels]) t?.Dispose();
    }

    /// <summary>Sends the loader's next batch on its way. The loader has mirrored what is to be mirrored.</summary>
    void Send()
    {
        var batch = _loader.Next();
        _staged.Send(batch.Pixels);
        _stagedLabels?.Send(MemoryMarshal.AsBytes(batch.Labels));
        _after.Enqueue(_loader.Position);
    }
}
