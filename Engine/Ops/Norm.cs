using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// Euclidean norm √Σ x² over the given axes (none: all, to a scalar). Its gradient x / ‖x‖ is taken as 0 where the norm is 0,
    /// as torch.norm's is, and so are the derivatives of that gradient, where torch.norm's are NaN. Squares are not scaled: norms
    /// below 1e-19 lose digits, down to 0, and above 1.8e19 the norm is infinite.
    /// </summary>
    public Tensor Norm(params ReadOnlySpan<int> axes) => Norm(axes, keepDims: false);

    /// <summary>The same; with keepDims the axes stay with extent 1.</summary>
    public Tensor Norm(ReadOnlySpan<int> axes, bool keepDims)
    {
        var y = ReduceTo<SumOfSquares>("Norm", Reduced("Norm", axes));
        Backend.Unary(new Sqrt(), y.View, y.View);
        y.Record("Norm", [this], [this, y], 0, static (g, _) =>
        {
            var (x, norm) = (g.Saved(0), g.Saved(1));
            var zero = norm.EqualMask(norm.Device.Scalar(0));
            g[0] = x * (g.Upstream / (norm + zero) * (1 - zero));
        });
        return keepDims ? y : y.Reshape(Squeezed("Norm", axes));
    }

    /// <summary>Σ |x| over the given axes (none: all); the derivative at 0 is 0.</summary>
    public Tensor L1Norm(ReadOnlySpan<int> axes = default, bool keepDims = false) => Abs().SumOver("L1Norm", axes, keepDims);

    /// <summary>The largest |x| over the given axes (none: all); elements that tie share the gradient evenly.</summary>
    /// <exception cref="ArgumentException">One of the axes is empty.</exception>
    public Tensor MaxNorm(ReadOnlySpan<int> axes = default, bool keepDims = false) => Abs().Max(axes, keepDims);
}
