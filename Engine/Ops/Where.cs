using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// a where the condition is positive, else b (also where it is NaN), with broadcasting of all three. What is not chosen does
    /// not matter, not even if it is NaN, and gets no gradient; a chosen −0 becomes 0.
    /// </summary>
    /// <param name="condition">Of any element type; no gradient flows to it. Comparisons such as <see cref="EqualTo(Tensor)"/>
    /// give Bool.</param>
    /// <param name="a">Values where it is positive.</param>
    /// <param name="b">Values elsewhere.</param>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static Tensor Where(Tensor condition, Tensor a, Tensor b)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        Guard.Real("Where", a, b);
        Guard.SameDevice("Where", condition, a, b);
        if (Kernels.Shape.Broadcast(a.Shape, b.Shape) is not { } both
            || Kernels.Shape.Broadcast(condition.Shape, both) is null)
        {
            throw new ArgumentException(
                $"Where: shapes {condition.Shape}, {a.Shape} and {b.Shape} do not broadcast.");
        }
        var chosen = condition.Detach().Cast(DType.F32).Map(new Step(), "Where");
        // Selections: 0·b would keep b's NaN.
        return ReluGrad(a, chosen) + ReluGrad(b, 1 - chosen);
    }
}
