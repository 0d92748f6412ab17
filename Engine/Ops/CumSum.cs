using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// Sums along an axis up to and with each element: floats, or I32 and I64, which wrap around. Carried in double precision. A
    /// NaN makes all after it NaN. torch.cumsum, which makes I64 of integers.
    /// </summary>
    /// <exception cref="ArgumentException">The axis does not exist, or the type is another.</exception>
    public Tensor CumSum(int axis) => CumSum("CumSum", axis, backwards: false);

    Tensor CumSum(string name, int axis, bool backwards)
    {
        int a = Guard.Axis(name, Shape, axis);
        if (Type is DType.F16 or DType.BF16) return Cast(DType.F32).CumSum(name, a, backwards).Cast(Type);
        if (Type is not (DType.F32 or DType.F64 or DType.I32 or DType.I64)) throw NotTaken(name, this);
        var y = Device.Result(Shape, Type).Named(name);
        Backend.CumSum(View, y.View, a, backwards);
        return y.Record(name, [this], [], (a, backwards), static (g, s) => g[0] = g.Upstream.CumSum("CumSum", s.a, !s.backwards));
    }
}
