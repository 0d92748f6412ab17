using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    const int MostClasses = 1 << 24;

    /// <summary>
    /// F32 rows of I32 indices of any shape (…): (…, classes), 1 at each index and 0 elsewhere. An index outside [0, classes) has
    /// a row of zeros. Made on the device; no gradient flows.
    /// </summary>
    /// <exception cref="ArgumentException">The indices are not I32 or of rank 8, or there are fewer than 1 or more than 2²⁴
    /// classes.</exception>
    public Tensor OneHot(int classes)
    {
        Guard.Type("OneHot", this, DType.I32);
        if (Shape.Rank == Kernels.Shape.MaxRank)
            throw new ArgumentException($"OneHot: indices {Shape} have rank {Shape.Rank}; there is no axis left for classes.");
        // Whole numbers below that are F32 numbers, and a larger index rounds to none of them.
        if (classes is < 1 or > MostClasses)
            throw new ArgumentException($"OneHot: {classes} classes; 1 to {MostClasses} are possible.");
        Span<int> dims = stackalloc int[Shape.Rank + 1];
        Shape.CopyTo(dims);
        dims[^1] = 1;
        var indices = Detach().Reshape(new Shape(dims)).Cast(DType.F32);
        return indices.EqualMask(Positions(Device, classes).Cast(DType.F32)).Named("OneHot");
    }

    /// <summary>I32 (count): 0, 1, …, made on the device: a step that asks for them can be captured.</summary>
    /// <exception cref="ArgumentException">The count is negative.</exception>
    public static Tensor Positions(Device device, int count)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (count < 0) throw new ArgumentException($"Positions: {count} is no number of positions.");
        return Positions(device, count, backwards: false);
    }

    /// <summary>The same, or count − 1, …, 1, 0: ones summed up from a zero.</summary>
    static Tensor Positions(Device device, int count, bool backwards)
    {
        var index = device.Full(new Shape(count), 1, DType.I32).Named("Positions");
        if (count == 0) return index;
        nint first = index.View.Address + (backwards ? (count - 1) * (nint)sizeof(int) : 0);
        device.Backend.Fill(new TensorView(first, new Shape(1), DType.I32), 0);
        device.Backend.CumSum(index.View, index.View, 0, backwards);
        return index;
    }
}
