using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// Product over the given axes (none: all); 1 of nothing. Of integers it is I64. The gradient is right where elements are 0,
    /// too; second derivatives are where none is. torch.prod.
    /// </summary>
    /// <exception cref="ArgumentException">An axis does not exist or is named twice.</exception>
    public Tensor Product(ReadOnlySpan<int> axes = default, bool keepDims = false)
    {
        if (Type == DType.Bool) throw NotTaken("Product", this);
        var y = ReduceTo<Product>("Product", Reduced("Product", axes));
        y.Record("Product", [this], [this, y], 0, static (g, _) =>
        {
            var (x, y) = (g.Saved(0), g.Saved(1));
            // The product of the others: y / x, but at the only 0 of its group the product of what is not 0.
            var zero = x.Detach().EqualMask(x.Device.Full(new Shape(), 0, x.Type));
            var others = (x + zero).ReduceTo<Product>("Product", y.Shape);
            var alone = zero.SumTo(y.Shape);
            alone = alone.EqualMask(alone.Device.Full(new Shape(), 1, alone.Type));
            g[0] = g.Upstream * (y / (x + zero) * (1 - zero) + zero * (alone * others));
        });
        return keepDims ? y : y.Reshape(Squeezed("Product", axes));
    }
}
