using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// A batch of images (N, S, S, C) from these bytes, U8 (M, S, S, C), in one pass: image i is bytes[indices[i]] / 127.5 − 1,
    /// mirrored left to right where flips[i] is not 0. No gradient flows to bytes.
    /// </summary>
    /// <param name="indices">I32 (N). One outside [0, M) throws on the CPU and gives an image of NaN on a GPU.</param>
    /// <param name="flips">I32 (N), or null to mirror none.</param>
    /// <param name="type">The images' type: F32, or BF16 on a device that computes in it.</param>
    /// <exception cref="ArgumentException">The images are not square, or a type or shape is another.</exception>
    public Tensor GatherImages(Tensor indices, Tensor? flips = null, DType type = DType.F32) =>
        GatherImages(indices, flips, null, type).Upright;

    /// <summary>The same, and each image turned as well, still in one pass.</summary>
    /// <param name="indices">I32 (N). One outside [0, M) throws on the CPU and gives images of NaN on a GPU.</param>
    /// <param name="flips">I32 (N), or null to mirror none.</param>
    /// <param name="turns">I32 (N); by how many quarters each is turned, as in <see cref="Rotate90(Tensor)"/>.</param>
    /// <param name="rotated">The turned images (N, S, S, C).</param>
    /// <param name="type">The images' type: F32, or BF16 on a device that computes in it.</param>
    /// <exception cref="ArgumentException">The images are not square, or a type or shape is another.</exception>
    public Tensor GatherImages(Tensor indices, Tensor? flips, Tensor turns, out Tensor rotated, DType type = DType.F32)
    {
        ArgumentNullException.ThrowIfNull(turns);
        var (upright, turned) = GatherImages(indices, flips, turns, type);
        rotated = turned!;
        return upright;
    }

    (Tensor Upright, Tensor? Rotated) GatherImages(Tensor indices, Tensor? flips, Tensor? turns, DType type)
    {
        ArgumentNullException.ThrowIfNull(indices);
        Guard.Type("GatherImages", this, DType.U8);
        Guard.Rank("GatherImages", "pixels", this, 4);
        if (Shape[1] != Shape[2])
            throw new ArgumentException($"GatherImages: images {Shape} are not square; a quarter turn would change their shape.");
        Guard.Type("GatherImages", indices, DType.I32);
        Guard.Rank("GatherImages", "indices", indices, 1);
        foreach (var (name, numbers) in (ReadOnlySpan<(string, Tensor?)>)[("flips", flips), ("turns", turns)])
        {
            if (numbers is null) continue;
            Guard.Type("GatherImages", numbers, DType.I32);
            Guard.Shape("GatherImages", name, numbers, indices.Shape);
        }
        Guard.SameDevice("GatherImages", this, indices, flips, turns);
        var shape = Shape.With(0, indices.Shape[0]);
        var upright = Device.Result(shape, type).Named("GatherImages");
        var rotated = turns is null ? null : Device.Result(shape, type).Named("GatherImages");
        Backend.GatherImages(View, indices.View, flips?.View ?? default, turns?.View ?? default, upright.View,
            rotated?.View ?? default);
        return (upright, rotated);
    }
}
