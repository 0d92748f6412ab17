using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// Mean squared distance from the mean over the given axes (none: all), of which so many are taken off the divisor: 1
    /// estimates a distribution's variance from a sample (Bessel), 0 is the values' own. NaN where nothing is left to divide by.
    /// torch.var.
    /// </summary>
    /// <exception cref="ArgumentException">The type is no float, or an axis does not exist.</exception>
    public Tensor Variance(ReadOnlySpan<int> axes = default, int correction = 1, bool keepDims = false) =>
        Variance("Variance", axes, correction, keepDims);

    /// <summary>
    /// The root of <see cref="Variance(ReadOnlySpan{int}, int, bool)"/>; where that is 0 the gradient is NaN, as that of
    /// torch.std.
    /// </summary>
    /// <exception cref="ArgumentException">The type is no float, or an axis does not exist.</exception>
    public Tensor Deviation(ReadOnlySpan<int> axes = default, int correction = 1, bool keepDims = false) =>
        Variance("Deviation", axes, correction, keepDims).Sqrt();

    Tensor Variance(string name, ReadOnlySpan<int> axes, int correction, bool keepDims)
    {
        if (!Type.IsFloat()) throw NotTaken(name, this);
        if (correction < 0) throw new ArgumentException($"{name}: a correction of {correction} is below 0.");
        var shape = Reduced(name, axes);
        long each = shape.Count == 0 ? 1 : Count / shape.Count;
        var off = this - Mean(axes, keepDims: true);
        var sum = Type == DType.F64 ? off.Square().SumTo(shape) : off.ReduceTo<SumOfSquares>(name, shape)
            .Record(name, [off], [off], 0, static (g, _) => g[0] = g.Saved(0) * g.Upstream * 2);
        var y = sum / Math.Max(0, each - correction);
        return keepDims ? y : y.Reshape(Squeezed(name, axes));
    }
}
