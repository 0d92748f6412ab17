using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Serialization.Onnx;

/// <summary>Primitives that have no counterpart here: they compute constants.</summary>
sealed partial class OnnxTrace
{
    public override void ArithmeticExact(ArithmeticOp op, TensorView a, TensorView b, TensorView y)
    {
        OnlyOfConstants($"Exact arithmetic ({op})", [a, b], [y]);
        inner.ArithmeticExact(op, a, b, y);
    }

    public override void Compare(ComparisonOp op, TensorView a, TensorView b, TensorView y)
    {
        OnlyOfConstants($"A comparison ({op})", [a, b], [y]);
        inner.Compare(op, a, b, y);
    }

    public override void Gather(TensorView x, TensorView indices, TensorView y, int axis)
    {
        OnlyOfConstants("Gathering along an axis", [x, indices], [y]);
        inner.Gather(x, indices, y, axis);
    }

    public override void Scatter(TensorView x, TensorView indices, TensorView y, int axis)
    {
        OnlyOfConstants(nameof(Scatter), [x, indices, y], []);
        inner.Scatter(x, indices, y, axis);
    }

    public override void ScatterAdd(TensorView x, TensorView indices, TensorView y, int axis)
    {
        OnlyOfConstants(nameof(ScatterAdd), [x, indices, y], []);
        inner.ScatterAdd(x, indices, y, axis);
    }

    public override void ReduceExact(ReduceOp op, TensorView x, TensorView y)
    {
        OnlyOfConstants($"An exact reduction ({op})", [x], [y]);
        inner.ReduceExact(op, x, y);
    }

    public override void ArgSort(TensorView x, TensorView order, bool descending)
    {
        OnlyOfConstants("Sorting", [x], [order]);
        inner.ArgSort(x, order, descending);
    }

    public override void CumSum(TensorView x, TensorView y, int axis, bool backwards)
    {
        OnlyOfConstants(nameof(CumSum), [x], [y]);
        inner.CumSum(x, y, axis, backwards);
    }
}
