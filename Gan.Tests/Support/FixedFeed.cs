using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Data.Loading;
using Ssgan.Gan.Training.Feeds;

namespace Ssgan.Tests.Support;

/// <summary>Feeds the images that a test sets, as they are.</summary>
sealed class FixedFeed(Device device, int batch, int size) : IBatchFeed
{
    readonly Tensor _images = device.Empty(new Shape(batch, size, size, 3)).Own();

    /// <summary>The next batch (N, S, S, 3) in [−1, 1], row-major.</summary>
    public float[] Values { get; set; } = [];

    public LoaderPosition Position { get; private set; } = new(0);

    public void Prepare()
    {
        _images.CopyFrom<float>(Values);
        Position = Position with { Offset = Position.Offset + batch };
    }

    public RealBatch Take() => RealBatch.Of(_images);

    public void Dispose() => _images.Dispose();
}
