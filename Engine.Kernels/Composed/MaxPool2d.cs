using System.Runtime.InteropServices;

namespace Ssgan.Engine.Kernels;

static class ComposedMaxPool2d
{
    /// <summary>
    /// A look-up of single elements. Which ones is worked out on the host: positions may be past 2^24, where F32 has gaps.
    /// </summary>
    public static void Gather(Backend b, TensorView x, TensorView index, TensorView y)
    {
        if (y.Count == 0) return;
        using var t = new Temporaries(b);
        int c = x.Shape[3], pixels = x.Shape[1] * x.Shape[2], count = (int)y.Count, perImage = count / x.Shape[0];
        var at = new int[count];
        b.Download(index, MemoryMarshal.AsBytes(at.AsSpan()));
        for (int i = 0; i < count; i++) at[i] = checked((i / perImage * pixels + at[i]) * c + i % c);
        var elements = t.New(new Shape(count), DType.I32);
        b.Upload(MemoryMarshal.AsBytes<int>(at), elements);
        b.GatherRows(x.As(new Shape((int)x.Count, 1)), elements, y.As(new Shape(count, 1)));
    }
}
