using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// eˣ / Σ eˣ over the last axis, without overflow: e^(x − ln Σ eˣ), whose relative error is that of the logarithm as a float,
    /// 1e-6 where scores are about 16.
    /// </summary>
    /// <exception cref="ArgumentException">The tensor is a scalar or not F32.</exception>
    public Tensor Softmax()
    {
        CheckSoftmax("Softmax");
        var sums = Detach().LogSumExp([-1], keepDims: true);
        var y = Device.Result(Shape);
        Backend.Binary(new Sub(), View, sums.View, y.View);
        Backend.Unary(new Exp(), y.View, y.View);
        return y.Record("Softmax", [this], [y], 0, static (g, _) =>
        {
            var (y, dy) = (g.Saved(0), g.Upstream);
            g[0] = y * (dy - (y * dy).Sum([-1], keepDims: true));
        });
    }

    /// <summary>The logarithm of <see cref="Softmax"/>, also where that is 0: x − ln Σ eˣ over the last axis.</summary>
    /// <exception cref="ArgumentException">The tensor is a scalar or not F32.</exception>
    public Tensor LogSoftmax()
    {
        CheckSoftmax("LogSoftmax");
        return this - LogSumExp([-1], keepDims: true);
    }

    void CheckSoftmax(string operation)
    {
        Guard.F32(operation, this);
        if (Shape.Rank == 0) throw new ArgumentException($"{operation}: a scalar has no axis to sum over.");
    }
}
