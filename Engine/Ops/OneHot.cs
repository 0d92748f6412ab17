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
        return indices.EqualTo(Positions(Device, classes).Cast(DType.F32)).Named("OneHot");
    }

    /// <summary>I32 (count): 0, 1, …, made on the device: a step that asks for them can be captured.</summary>
    /// <exception cref="ArgumentException">The count is negative.</exception>
    public static Tensor Positions(Device device, int count)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (count < 0) throw new ArgumentException($"Positions: {count} is no number of positions.");
        // The largest value of each window of one pixel lies at that pixel.
        var (column, index) = (device.Zeros(new Shape(1, count, 1, 1)), device.Result(new Shape(count), DType.I32));
        var largest = device.Result(column.Shape);
        device.Backend.MaxPool2d(column.View, largest.View, index.View.As(column.Shape), new PoolSpec(1, 1, 0));
        return index.Named("Positions");
    }
}
