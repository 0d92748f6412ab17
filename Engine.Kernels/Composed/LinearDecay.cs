using System.Runtime.InteropServices;

namespace Ssgan.Engine.Kernels;

static class ComposedLinearDecay
{
    /// <summary>By the host: a rate is worked out in double, of a count past 2^24.</summary>
    public static void Forward(Backend b, TensorView step, ReadOnlySpan<TensorView> rates, in DecaySpec spec)
    {
        float rate = spec.At(Advance(b, step));
        foreach (ref readonly var view in rates) b.Fill(view, rate);
    }

    /// <summary>step I32 (1) += 1; the new count.</summary>
    public static int Advance(Backend b, TensorView step)
    {
        int count = 0;
        b.Download(step, MemoryMarshal.AsBytes(new Span<int>(ref count)));
        count++;
        b.Upload(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in count)), step);
        return count;
    }
}
