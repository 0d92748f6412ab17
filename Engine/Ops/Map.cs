using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// y = op(x), element by element, by a functor of the user's own, vectorised and shared among threads as the engine's. On a
    /// GPU its <see cref="IUnary.Twin"/> computes it.
    /// </summary>
    /// <param name="op">The functor, with its constants.</param>
    /// <param name="gradient">dx of the upstream gradient and x, in operations on tensors, so that it can be differentiated
    /// again; null if x never requires one.</param>
    /// <exception cref="ArgumentException">x is of integers.</exception>
    /// <exception cref="InvalidOperationException">x requires a gradient and none is given, or the gradient is of another shape,
    /// type or device.</exception>
    public Tensor Map<TOp>(TOp op, Func<Tensor, Tensor, Tensor>? gradient = null) where TOp : unmanaged, IUnary
    {
        RefuseLoss(TOp.Name, "x", this, gradient is null);
        return Map(op, TOp.Name).Record(TOp.Name, [this], [this], gradient!, static (g, gradient) =>
        {
            var x = g.Saved(0);
            g[0] = Own(TOp.Name, 0, gradient(g.Upstream, x), g.Upstream.Device, x.Shape);
        });
    }

    /// <summary>
    /// y = op(this, b), element by element with broadcasting; the rest as in
    /// <see cref="Map{TOp}(TOp, Func{Tensor, Tensor, Tensor}?)"/>.
    /// </summary>
    /// <param name="op">The functor, with its constants.</param>
    /// <param name="b">The second operand.</param>
    /// <param name="gradient">The gradient of this operand, of the upstream gradient, this and b, of the operand's or of the
    /// result's shape; null if it never requires one.</param>
    /// <param name="gradientOfB">The same of b.</param>
    /// <exception cref="ArgumentException">The shapes do not broadcast, or an operand is of integers.</exception>
    /// <exception cref="InvalidOperationException">An operand requires a gradient and none is given, or the gradient is of
    /// another shape, type or device.</exception>
    public Tensor Combine<TOp>(TOp op, Tensor b, Func<Tensor, Tensor, Tensor, Tensor>? gradient = null,
        Func<Tensor, Tensor, Tensor, Tensor>? gradientOfB = null) where TOp : unmanaged, IBinary
    {
        ArgumentNullException.ThrowIfNull(b);
        RefuseLoss(TOp.Name, "a", this, gradient is null);
        RefuseLoss(TOp.Name, "b", b, gradientOfB is null);
        return Combine(op, TOp.Name, this, b).Record(TOp.Name, [this, b], [this, b], (gradient, gradientOfB), static (g, s) =>
        {
            var (a, b, dy) = (g.Saved(0), g.Saved(1), g.Upstream);
            if (g.Needs(0)) g[0] = Own(TOp.Name, 0, s.gradient!(dy, a, b), dy.Device, a.Shape, dy.Shape);
            if (g.Needs(1)) g[1] = Own(TOp.Name, 1, s.gradientOfB!(dy, a, b), dy.Device, b.Shape, dy.Shape);
        });
    }

    static void RefuseLoss(string name, string operand, Tensor t, bool missing)
    {
        if (missing && Tape.IsNeeded(t.Device, t))
        {
            throw new InvalidOperationException($"{name}: {operand}, {t.Describe()}, requires a gradient, but none was "
                + "given; give one, or Detach() the operand.");
        }
    }

    static Tensor Own(string name, int input, Tensor? gradient, Device device, params ReadOnlySpan<Shape> shapes)
    {
        if (gradient is null) throw new InvalidOperationException($"{name}: the gradient of input {input} is null.");
        CustomBackward.Check(name, input, gradient, device, shapes);
        return gradient;
    }
}
