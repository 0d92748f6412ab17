using Ssgan.Engine.Kernels;

namespace Ssgan.Tests.Conformance;

/// <summary>Along an axis: indices, order and running sums.</summary>
sealed unsafe partial class ReferenceBackend
{
    public override void Gather(TensorView x, TensorView indices, TensorView y, int axis) =>
        Along(y.Shape, axis, indices, x.Shape[axis], (inside, outside) => Copy(x, outside, y, inside));

    public override void Scatter(TensorView x, TensorView indices, TensorView y, int axis) =>
        Along(x.Shape, axis, indices, y.Shape[axis], (inside, outside) => Copy(x, inside, y, outside));

    public override void ScatterAdd(TensorView x, TensorView indices, TensorView y, int axis) =>
        Along(x.Shape, axis, indices, y.Shape[axis], (inside, outside) =>
        {
            if (y.Type == DType.F32) y.F32[outside] += x.F32[inside];
            else ((double*)y.Address)[outside] += ((double*)x.Address)[inside];
        });

    public override void ArgSort(TensorView x, TensorView order, bool descending)
    {
        int columns = x.Shape[-1], kept = order.Shape[-1];
        for (long row = 0; row * kept < order.Count; row++)
        {
            float[] values = new Span<float>(x.F32 + row * columns, columns).ToArray();
            // LINQ sorts stably.
            var sorted = Enumerable.Range(0, columns).Order(Comparer<int>.Create((a, b) => descending
                ? Compare(values[b], values[a]) : Compare(values[a], values[b]))).ToArray();
            for (int j = 0; j < kept; j++) order.I32[row * kept + j] = sorted[j];
        }

        static int Compare(float a, float b) =>
            float.IsNaN(a) || float.IsNaN(b) ? float.IsNaN(a).CompareTo(float.IsNaN(b)) : a.CompareTo(b);
    }

    public override void CumSum(TensorView x, TensorView y, int axis, bool backwards)
    {
        long inner = Inner(x.Shape, axis);
        int length = x.Shape[axis];
        for (long i = 0; i < x.Count; i++)
        {
            int k = (int)(i / inner % length);
            double sum = 0;
            for (int other = 0; other < length; other++)
                if (backwards ? other >= k : other <= k) sum += Read(x, i + (other - k) * inner);
            Write(y, i, sum);
        }
    }

    /// <summary>For each element of a shape: where it is, and where its index along the axis points to.</summary>
    static void Along(Shape shape, int axis, TensorView indices, int length, Action<long, long> move)
    {
        long inner = Inner(shape, axis);
        for (long i = 0; i < shape.Count; i++)
        {
            long row = i / inner, j = row % shape[axis], o = row / shape[axis];
            long at = indices.Shape == shape ? i : j,
                k = indices.Type == DType.I32 ? indices.I32[at] : ((long*)indices.Address)[at];
            move(i, (o * length + k) * inner + i % inner);
        }
    }

    static long Inner(Shape shape, int axis)
    {
        long inner = 1;
        for (int i = axis + 1; i < shape.Rank; i++) inner *= shape[i];
        return inner;
    }
}
