using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// eˣ / Σ eˣ over an axis (none: the last), without overflow: e^(x − ln Σ eˣ), whose relative error is that of the logarithm
    /// as a float, 1e-6 where scores are about 16.
    /// </summary>
    /// <exception cref="ArgumentException">The tensor is a scalar or not F32, or the axis does not exist.</exception>
    public Tensor Softmax(int axis = -1)
    {
        int a = CheckSoftmax("Softmax", axis);
        var sums = Detach().LogSumExp([a], keepDims: true);
        var y = Device.Result(Shape);
        Backend.Binary(new Sub(), View, sums.View, y.View);
        Backend.Unary(new Exp(), y.View, y.View);
        return y.Record("Softmax", [this], [y], a, static (g, a) =>
        {
            var (y, dy) = (g.Saved(0), g.Upstream);
            g[0] = y * (dy - (y * dy).Sum([a], keepDims: true));
        });
    }

    /// <summary>The logarithm of <see cref="Softmax"/>, also where that is 0: x − ln Σ eˣ over an axis.</summary>
    /// <exception cref="ArgumentException">The tensor is a scalar or not F32, or the axis does not exist.</exception>
    public Tensor LogSoftmax(int axis = -1)
    {
        int a = CheckSoftmax("LogSoftmax", axis);
        return this - LogSumExp([a], keepDims: true);
    }

    int CheckSoftmax(string operation, int axis)
    {
        Guard.F32(operation, this);
        if (Shape.Rank == 0) throw new ArgumentException($"{operation}: a scalar has no axis to sum over.");
        return Guard.Axis(operation, Shape, axis);
    }
}
