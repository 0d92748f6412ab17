using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Losses;

namespace Ssgan.Gan.Algorithms;

/// <summary>
/// A batch of real images: bytes in device memory to choose from, or images as they are. Results belong to the innermost scope.
/// </summary>
public readonly struct RealBatch
{
    readonly Tensor _source;
    readonly Tensor? _indices, _flips, _labels;

    RealBatch(Tensor source, Tensor? indices, Tensor? flips, Tensor? labels) =>
        (_source, _indices, _flips, _labels) = (source, indices, flips, labels);

    /// <summary>Images as they are.</summary>
    /// <param name="images">(N, S, S, 3) in [−1, 1].</param>
    /// <param name="labels">Their classes, I32 (N), or null.</param>
    public static RealBatch Of(Tensor images, Tensor? labels = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        return new(images, null, null, labels);
    }

    /// <summary>Bytes on the device.</summary>
    /// <param name="pixels">Images to choose from, U8 (M, S, S, 3).</param>
    /// <param name="indices">Which of them, I32 (N).</param>
    /// <param name="flips">Which are mirrored left to right, I32 (N) of 0 and 1; null for none.</param>
    /// <param name="labels">The classes of all that there is to choose from, I32 (M), or null.</param>
    public static RealBatch Of(Tensor pixels, Tensor indices, Tensor? flips, Tensor? labels = null)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentNullException.ThrowIfNull(indices);
        return new(pixels, indices, flips, labels);
    }

    /// <summary>Number of images.</summary>
    public int Count => (_indices ?? _source).Shape[0];

    /// <summary>The images' classes, I32 (N); null where the data have none.</summary>
    public Tensor? Labels() => _labels is null || _indices is null ? _labels
        : _labels.Reshape(_labels.Shape[0], 1).GatherRows(_indices).Reshape(Count);

    /// <summary>The images (N, S, S, 3) in [−1, 1].</summary>
    /// <param name="type">Their element type, of images that are bytes; given ones stay as they are.</param>
    public Tensor Images(DType type = DType.F32) => _indices is null ? _source : _source.GatherImages(_indices, _flips, type);

    /// <summary>The images, and turned ones; from bytes both come in one pass where every image turns once.</summary>
    /// <param name="turns">Which turn, and how far.</param>
    /// <param name="type">As of <see cref="Images"/>.</param>
    public (Tensor Upright, Tensor Turned) WithTurned(RotationPlan turns, DType type = DType.F32)
    {
        ArgumentNullException.ThrowIfNull(turns);
        if (_indices is not null && turns.TurnsEach)
        {
            var both = _source.GatherImages(_indices, _flips, turns.Labels, out var turned, type);
            return (both, turned);
        }
        var upright = Images(type);
        return (upright, turns.Turn(upright));
    }
}
