using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// Square images (N, S, S, C), image i turned by 90°·turns[i] counter-clockwise. Its gradient is the opposite turn. Which
    /// images turn, and with which labels, is the loss's policy, not this operation's.
    /// </summary>
    /// <param name="turns">I32 (N); any integers, taken modulo 4.</param>
    /// <exception cref="ArgumentException">The images are not square, or turns is not I32 (N).</exception>
    public Tensor Rotate90(Tensor turns)
    {
        ArgumentNullException.ThrowIfNull(turns);
        return Rotate90(turns, inverse: false);
    }

    /// <summary>
    /// Square images (N, S, S, C), image i of N turned by ⌊4i / N⌋ quarter turns counter-clockwise, and those counts as labels
    /// I32 (N): one pass.
    /// </summary>
    /// <exception cref="ArgumentException">The images are not square.</exception>
    public Tensor RotateQuarters(out Tensor labels)
    {
        Guard.Real("RotateQuarters", this);
        Guard.Rank("RotateQuarters", "x", this, 4);
        if (Shape[1] != Shape[2])
            throw new ArgumentException(
                $"RotateQuarters: images {Shape} are not square; a quarter turn would change their shape.");
        labels = Device.Result(new Shape(Shape[0]), DType.I32).Named("RotateQuarters");
        var y = Device.Result(Shape, Type);
        Backend.RotateQuarters(View, y.View, labels.View);
        return y.Record("RotateQuarters", [this], [labels], 0,
            static (g, _) => g[0] = g.Upstream.Rotate90(g.Saved(0), inverse: true));
    }

    /// <summary>
    /// A batch of images (N, S, S, C) from these bytes, U8 (M, S, S, C), in one pass: image i is bytes[indices[i]] / 127.5 − 1,
    /// mirrored left to right where flips[i] is not 0. The other two results are what <see cref="RotateQuarters"/> makes of it.
    /// No gradient flows to bytes.
    /// </summary>
    /// <param name="indices">I32 (N). One outside [0, M) throws on the CPU and gives images of NaN on a GPU.</param>
    /// <param name="flips">I32 (N), or null to mirror none.</param>
    /// <param name="rotated">The turned images (N, S, S, C).</param>
    /// <param name="labels">By how many quarters each is turned, I32 (N).</param>
    /// <param name="type">The images' type: F32, or BF16 on a device that computes in it.</param>
    /// <exception cref="ArgumentException">The images are not square, or a type or shape is another.</exception>
    public Tensor GatherRotate(Tensor indices, Tensor? flips, out Tensor rotated, out Tensor labels, DType type = DType.F32)
    {
        ArgumentNullException.ThrowIfNull(indices);
        Guard.Type("GatherRotate", this, DType.U8);
        Guard.Rank("GatherRotate", "pixels", this, 4);
        if (Shape[1] != Shape[2])
            throw new ArgumentException($"GatherRotate: images {Shape} are not square; a quarter turn would change their shape.");
        Guard.Type("GatherRotate", indices, DType.I32);
        Guard.Rank("GatherRotate", "indices", indices, 1);
        if (flips is not null)
        {
            Guard.Type("GatherRotate", flips, DType.I32);
            Guard.Shape("GatherRotate", "flips", flips, indices.Shape);
        }
        Guard.SameDevice("GatherRotate", this, indices, flips);
        var shape = Shape.With(0, indices.Shape[0]);
        var upright = Device.Result(shape, type).Named("GatherRotate");
        rotated = Device.Result(shape, type).Named("GatherRotate");
        labels = Device.Result(indices.Shape, DType.I32).Named("GatherRotate");
        Backend.GatherRotate(View, indices.View, flips?.View ?? default, upright.View, rotated.View, labels.View);
        return upright;
    }

    Tensor Rotate90(Tensor turns, bool inverse)
    {
        Guard.Real("Rotate90", this);
        Guard.Rank("Rotate90", "x", this, 4);
        Guard.SameDevice("Rotate90", this, turns);
        if (Shape[1] != Shape[2])
            throw new ArgumentException($"Rotate90: images {Shape} are not square; a quarter turn would change their shape.");
        Guard.Type("Rotate90", turns, DType.I32);
        Guard.Shape("Rotate90", "turns", turns, new Shape(Shape[0]));
        var y = Device.Result(Shape, Type);
        Backend.Rotate90(View, turns.View, y.View, inverse);
        return y.Record("Rotate90", [this], [turns], inverse,
            static (g, inverse) => g[0] = g.Upstream.Rotate90(g.Saved(0), !inverse));
    }
}
