using Ssgan.Engine.Kernels;

namespace Ssgan.Tests.Conformance;

/// <summary>
/// Another backend without what it fuses: the page's compositions run on its storage and its queue. The inner one stays the
/// caller's.
/// </summary>
sealed class CoreOnlyBackend(Backend inner) : Backend
{
    public override string Name => inner.Name;

    public override bool ComputesIn(DType type) => inner.ComputesIn(type);

    public override bool MapsIn(DType type) => inner.MapsIn(type);

    public override nint Allocate(long bytes) => inner.Allocate(bytes);

    public override void Free(nint address, long bytes) => inner.Free(address, bytes);

    public override void Upload(ReadOnlySpan<byte> source, TensorView destination) =>
        inner.Upload(source, destination);

    public override void Download(TensorView source, Span<byte> destination) =>
        inner.Download(source, destination);

    public override void Synchronize() => inner.Synchronize();

    public override void Fill(TensorView y, float value) => inner.Fill(y, value);

    public override void Unary<TOp>(TOp op, TensorView x, TensorView y) => inner.Unary<TOp>(op, x, y);

    public override void Binary<TOp>(TOp op, TensorView a, TensorView b, TensorView y) =>
        inner.Binary<TOp>(op, a, b, y);

    public override void Cast(TensorView x, TensorView y) => inner.Cast(x, y);

    public override void ArithmeticExact(ArithmeticOp op, TensorView a, TensorView b, TensorView y) =>
        inner.ArithmeticExact(op, a, b, y);

    public override void Compare(ComparisonOp op, TensorView a, TensorView b, TensorView y) => inner.Compare(op, a, b, y);

    public override void ReduceExact(ReduceOp op, TensorView x, TensorView y) => inner.ReduceExact(op, x, y);

    public override void Permute(TensorView x, TensorView y, ReadOnlySpan<int> order) =>
        inner.Permute(x, y, order);

    public override void CopyBox(TensorView x, ReadOnlySpan<int> xStart, TensorView y, ReadOnlySpan<int> yStart,
        ReadOnlySpan<int> extent) =>
        inner.CopyBox(x, xStart, y, yStart, extent);

    public override void GatherRows(TensorView table, TensorView indices, TensorView y) =>
        inner.GatherRows(table, indices, y);

    public override void ScatterAddRows(TensorView dy, TensorView indices, TensorView dtable) =>
        inner.ScatterAddRows(dy, indices, dtable);

    public override void Gather(TensorView x, TensorView indices, TensorView y, int axis) => inner.Gather(x, indices, y, axis);

    public override void Scatter(TensorView x, TensorView indices, TensorView y, int axis) => inner.Scatter(x, indices, y, axis);

    public override void ScatterAdd(TensorView x, TensorView indices, TensorView y, int axis) =>
        inner.ScatterAdd(x, indices, y, axis);

    public override void ArgSort(TensorView x, TensorView order, bool descending) => inner.ArgSort(x, order, descending);

    public override void CumSum(TensorView x, TensorView y, int axis, bool backwards) => inner.CumSum(x, y, axis, backwards);

    public override void Reduce<TOp>(TensorView x, TensorView y) => inner.Reduce<TOp>(x, y);

    public override void ArgMax(TensorView x, TensorView y) => inner.ArgMax(x, y);

    public override void MatMul(TensorView a, bool transposeA, TensorView b, bool transposeB, TensorView c, bool accumulate) =>
        inner.MatMul(a, transposeA, b, transposeB, c, accumulate);

    public override void Conv2dForward(TensorView x, TensorView w, TensorView? bias, TensorView y, in ConvSpec spec) =>
        inner.Conv2dForward(x, w, bias, y, spec);

    public override void Conv2dBackwardData(TensorView dy, TensorView w, TensorView dx, in ConvSpec spec) =>
        inner.Conv2dBackwardData(dy, w, dx, spec);

    public override void Conv2dBackwardFilter(TensorView x, TensorView dy, TensorView dw, in ConvSpec spec) =>
        inner.Conv2dBackwardFilter(x, dy, dw, spec);

    public override void AvgPool2d(TensorView x, TensorView y, in PoolSpec spec) =>
        inner.AvgPool2d(x, y, spec);

    public override void AvgPool2dBackward(TensorView dy, TensorView dx, in PoolSpec spec) =>
        inner.AvgPool2dBackward(dy, dx, spec);

    public override void MaxPool2d(TensorView x, TensorView y, TensorView index, in PoolSpec spec) =>
        inner.MaxPool2d(x, y, index, spec);

    public override void MaxPool2dBackward(TensorView dy, TensorView index, TensorView dx, in PoolSpec spec) =>
        inner.MaxPool2dBackward(dy, index, dx, spec);

    public override void Upsample2x(TensorView x, TensorView y, UpsampleMode mode) =>
        inner.Upsample2x(x, y, mode);

    public override void Upsample2xBackward(TensorView dy, TensorView dx, UpsampleMode mode) =>
        inner.Upsample2xBackward(dy, dx, mode);

    public override void Rotate90(TensorView x, TensorView turns, TensorView y, bool inverse) =>
        inner.Rotate90(x, turns, y, inverse);

    public override void Normal(TensorView y, TensorView generator) => inner.Normal(y, generator);

    public override void Uniform(TensorView y, TensorView generator, float low, float high) =>
        inner.Uniform(y, generator, low, high);

    protected override void Dispose(bool disposing)
    {
    }
}
