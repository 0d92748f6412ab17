using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// Sums along an axis up to and with each element: F32, or I32, which wraps around. Carried in double precision. A NaN makes all
    /// after it NaN. torch.cumsum.
    /// </summary>
    /// <exception cref="ArgumentException">The axis does not exist, or the type is another.</exception>
    public Tensor CumSum(int axis) => CumSum("CumSum", axis, backwards: false);

    Tensor CumSum(string name, int axis, bool backwards)
    {
        int a = Guard.Axis(name, Shape, axis);
        if (Type != DType.I32) Guard.Real(name, this);
        var y = Device.Result(Shape, Type).Named(name);
        Backend.CumSum(View, y.View, a, backwards);
        return y.Record(name, [this], [], (a, backwards), static (g, s) => g[0] = g.Upstream.CumSum("CumSum", s.a, !s.backwards));
    }
}
