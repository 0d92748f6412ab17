using System.Runtime.ExceptionServices;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Loading;

namespace Ssgan.Gan.Training.Feeds;

/// <summary>
/// A whole set in device memory. The host plans many batches at a time (which images, which of them mirrored) and uploads the
/// plan in between; a cursor on the device says which row of it is next, and each update moves it on.
/// </summary>
sealed class ResidentFeed : IBatchFeed
{
    // A plan passes through one piece of the pinned memory for uploads.
    const int PlanBytes = 1 << 18;
    const int ReadBytes = 1 << 24;

    readonly LoaderOptions _options;
    readonly LoaderOrder _order;
    readonly Tensor _pixels, _indices, _cursor, _following;
    readonly Tensor? _flips, _labels;
    readonly LoaderPosition[] _after;
    LoaderPosition _planned, _position;
    int _next;

    public ResidentFeed(Device device, IImageSource source, LoaderOptions options, LoaderPosition start, long ahead)
    {
        BatchLoader.Check(source, options, start);
        _options = options;
        _order = new LoaderOrder(source, options);
        _position = _planned = _order.Normalise(start);
        int batches = (int)Math.Clamp(ahead, 1, Math.Max(1, PlanBytes / (sizeof(int) * options.Images)));
        _after = new LoaderPosition[batches];
        _next = batches;
        _pixels = Upload(device, source);
        var plan = new Shape(batches, options.Images);
        _indices = device.Empty(plan, DType.I32).Own();
        if (source.Classes.Count > 0) _labels = Labels(device, source);
        if (options.HorizontalFlip) _flips = device.Empty(plan, DType.I32).Own();
        _cursor = device.Zeros(new Shape(1), DType.I32).Own();
        _following = device.From([.. Enumerable.Range(1, batches).Select(k => k % batches)], new Shape(batches)).Own();
    }

    public LoaderPosition Position => _position;

    public void Prepare()
    {
        if (_next == _after.Length) Plan();
        _position = _after[_next++];
    }

    public RealBatch Take()
    {
        var batch = RealBatch.Of(_pixels, Row(_indices), _flips is null ? null : Row(_flips), _labels);
        _cursor.CopyFrom(_following.GatherRows(_cursor));
        return batch;
    }

    public void Dispose()
    {
        foreach (var t in (ReadOnlySpan<Tensor?>)[_pixels, _labels, _indices, _flips, _cursor, _following]) t?.Dispose();
    }

    Tensor Row(Tensor plan) => plan.GatherRows(_cursor).Reshape(_options.Images);

    void Plan()
    {
        int[] indices = new int[_indices.Count], flips = new int[_flips?.Count ?? 0];
        int first = _options.Share.First(_options.Images);
        for (int k = 0, at = 0; k < _after.Length; k++)
        {
            for (int i = 0; i < _options.Images; i++, at++)
            {
                indices[at] = (int)_order.Index(_planned, first + i);
                if (_flips is not null) flips[at] = LoaderOrder.Flip(_planned, indices[at]) ? 1 : 0;
            }
            _after[k] = _planned = _order.After(_planned);
        }
        _indices.CopyFrom<int>(indices);
        _flips?.CopyFrom<int>(flips);
        _next = 0;
    }

    static Tensor Labels(Device device, IImageSource source)
    {
        int[] labels = [.. Enumerable.Range(0, (int)source.Count!.Value).Select(i => source.Label(i))];
        return device.From(labels, new Shape(labels.Length)).Own();
    }

    static Tensor Upload(Device device, IImageSource source)
    {
        int count = (int)source.Count!.Value, image = source.Size * source.Size * 3,
            chunk = Math.Clamp(ReadBytes / image, 1, count);
        var pixels = device.Empty(new Shape(count, source.Size, source.Size, 3), DType.U8).Own();
        var bytes = new byte[chunk * image];
        try
        {
            for (int start = 0; start < count; start += chunk)
            {
                int first = start, n = Math.Min(chunk, count - start);
                Parallel.For(0, n, i => source.Read(first + i, bytes.AsSpan(i * image, image)));
                device.Backend.Upload(bytes.AsSpan(0, n * image),
                    new TensorView(pixels.View.Address + (nint)start * image, new Shape(n * image), DType.U8));
            }
            return pixels;
        }
        catch (Exception e)
        {
            pixels.Dispose();
            if (e is AggregateException { InnerException: { } first }) ExceptionDispatchInfo.Throw(first);
            throw;
        }
    }
}
