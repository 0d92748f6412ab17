using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace Ssgan.Gan.Training;

/// <summary>A batch of real images that are bytes in device memory. Results belong to the innermost tensor scope.</summary>
/// <param name="Pixels">Images to choose from, U8 (M, S, S, 3).</param>
/// <param name="Indices">Which of them, I32 (N).</param>
/// <param name="Flips">Which are mirrored left to right, I32 (N) of 0 and 1; null for none.</param>
public readonly record struct RealBatch(Tensor Pixels, Tensor Indices, Tensor? Flips)
{
    /// <summary>The images (N, S, S, 3) in [−1, 1].</summary>
    /// <param name="type">Their type.</param>
    public Tensor Upright(DType type = DType.F32) => Pixels.GatherImages(Indices, Flips, type);

    /// <summary>In one pass: the images, and the same with image i turned by turns[i] quarters counter-clockwise.</summary>
    /// <param name="turns">I32 (N).</param>
    /// <param name="type">The images' type.</param>
    public (Tensor Upright, Tensor Rotated) WithRotated(Tensor turns, DType type = DType.F32)
    {
        var upright = Pixels.GatherImages(Indices, Flips, turns, out var rotated, type);
        return (upright, rotated);
    }
}
