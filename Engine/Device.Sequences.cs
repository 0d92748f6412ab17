using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Device
{
    const int MostExact = 1 << 24;

    /// <summary>F32 start, start + step, … up to before the end, each rounded once; made on the device.</summary>
    /// <exception cref="ArgumentException">The step is 0 or leads away from the end, or there are more than 2²⁴
    /// numbers.</exception>
    public Tensor Arange(float start, float end, float step = 1)
    {
        double count = Math.Ceiling(((double)end - start) / step);
        if (!(count >= 0 && count <= MostExact) || step == 0)
            throw new ArgumentException($"Arange: {step} does not lead from {start} to {end} in at most {MostExact} steps.");
        return Tensor.Positions(this, (int)count).Cast(DType.F32).Affine(step, start);
    }

    /// <summary>F32 numbers evenly spaced from start to end, both of which are exact; made on the device.</summary>
    /// <exception cref="ArgumentException">The number is negative or above 2²⁴.</exception>
    public Tensor Linspace(float start, float end, int count)
    {
        if (count is < 0 or > MostExact)
            throw new ArgumentException($"Linspace: {count} numbers; 0 to {MostExact} are possible.");
        if (count < 2) return Full(new Shape(count), start);
        // From either end, as torch does.
        int half = count / 2;
        float step = (float)(((double)end - start) / (count - 1));
        var first = Tensor.Positions(this, half).Cast(DType.F32).Affine(step, start);
        var second = Tensor.Positions(this, count - half).Cast(DType.F32).Affine(1, half + 1 - count).Affine(step, end);
        return Tensor.Concat([first, second], 0);
    }

    /// <summary>F32 (size, size): 1 on the diagonal, 0 elsewhere; made on the device.</summary>
    /// <exception cref="ArgumentException">The size is negative.</exception>
    public Tensor Eye(int size)
    {
        if (size < 0) throw new ArgumentException($"Eye: {size} is no size.");
        var places = Tensor.Positions(this, size);
        return places.Unsqueeze(1).EqualTo(places).Cast(DType.F32);
    }
}
