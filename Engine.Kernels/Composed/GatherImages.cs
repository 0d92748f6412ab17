namespace Ssgan.Engine.Kernels;

static class ComposedGatherImages
{
    public static void Forward(Backend b, TensorView pixels, TensorView indices, TensorView flips, TensorView turns,
        TensorView upright, TensorView rotated)
    {
        if (upright.Count == 0) return;
        using var t = new Temporaries(b);
        var (bytes, images) = (t.New(upright.Shape, DType.U8), t.For(upright));
        b.GatherRows(pixels, indices, bytes);
        b.Cast(bytes, images);
        b.Unary(new Affine(1 / 127.5f, -1), images, images);
        if (flips.Address != 0) Mirror(b, t, images, flips);
        t.Store(images, upright);
        if (rotated.Address != 0) b.Rotate90(upright, turns, rotated, inverse: false);
    }

    /// <summary>Left to right where flips is not 0: a transposed image, turned clockwise, is a mirrored one.</summary>
    static void Mirror(Backend b, Temporaries t, TensorView images, TensorView flips)
    {
        int n = images.Shape[0];
        TensorView transposed = t.New(images.Shape), mirrored = t.New(images.Shape), turns = t.New(new Shape(n), DType.I32);
        b.Permute(images, transposed, [0, 2, 1, 3]);
        b.Fill(turns, 1);
        b.Rotate90(transposed, turns, mirrored, inverse: true);
        TensorView stay = t.New(new Shape(n, 1, 1, 1)), zero = t.New(new Shape(1));
        b.Cast(flips.As(stay.Shape), stay);
        b.Fill(zero, 0);
        b.Binary(new Equal(), stay, zero, stay);
        // One of the two is kept, and the other is 0.
        b.Binary(new ReluGrad(), images, stay, images);
        b.Unary(new Affine(-1, 1), stay, stay);
        b.Binary(new ReluGrad(), mirrored, stay, mirrored);
        b.Binary(new Add(), images, mirrored, images);
    }
}
