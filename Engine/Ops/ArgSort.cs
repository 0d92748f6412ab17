using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// I32 positions along an axis that sort it: <see cref="Gather"/> of them is sorted. Stable: equal elements, to which zeros
    /// of either sign belong, keep their order. A NaN counts as the largest: last, or first if descending.
    /// </summary>
    /// <exception cref="ArgumentException">The tensor is a scalar, F64, I32 or I64, or the axis does not exist.</exception>
    public Tensor ArgSort(int axis = -1, bool descending = false) => Order("ArgSort", axis, null, descending);

    /// <summary>
    /// Elements sorted along an axis, and where they were (I32); see <see cref="ArgSort"/>. The gradient goes back to where the
    /// elements were. torch.sort with stable=True.
    /// </summary>
    /// <exception cref="ArgumentException">The tensor is a scalar, F64, I32 or I64, or the axis does not exist.</exception>
    public (Tensor Values, Tensor Indices) Sort(int axis = -1, bool descending = false)
    {
        var order = Order("Sort", axis, null, descending);
        return (Gather(axis, order), order);
    }

    /// <summary>
    /// The largest k elements (or the smallest) along an axis in order, and where they were (I32); of equal ones the first. A NaN
    /// counts as the largest. torch.topk.
    /// </summary>
    /// <exception cref="ArgumentException">The axis has fewer than k elements or does not exist, k is negative, or the tensor is
    /// a scalar, F64, I32 or I64.</exception>
    public (Tensor Values, Tensor Indices) TopK(int k, int axis = -1, bool largest = true)
    {
        var order = Order("TopK", axis, k, largest);
        return (Gather(axis, order), order);
    }

    Tensor Order(string name, int axis, int? count, bool descending)
    {
        if (Type is DType.F64 or DType.I32 or DType.I64) throw NotTaken(name, this);
        if (Shape.Rank == 0) throw new ArgumentException($"{name}: a scalar has no axis.");
        int a = Guard.Axis(name, Shape, axis), kept = count ?? Shape[a];
        if (kept < 0 || kept > Shape[a])
            throw new ArgumentException($"{name}: axis {axis} of shape {Shape} has no {kept} elements.");
        bool last = a == Shape.Rank - 1;
        // The primitive takes rows.
        var x = Detach().Cast(DType.F32);
        if (!last) x = x.Transpose(a, -1);
        var order = Device.Result(x.Shape.With(x.Shape.Rank - 1, kept), DType.I32).Named(name);
        Backend.ArgSort(x.View, order.View, descending);
        return last ? order : order.Transpose(a, -1);
    }
}
