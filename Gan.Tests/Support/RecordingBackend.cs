using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Tests.Support;

/// <summary>
/// The CPU's primitives, with a list of those that were called (memory transfers left out). A fused one that is not overridden
/// here is composed, and its parts are noted.
/// </summary>
sealed class RecordingBackend : Backend
{
    readonly CpuBackend _cpu = new(1);

    public List<string> Calls { get; } = [];

    /// <summary>Images and filters of the forward convolutions.</summary>
    public List<(Shape Images, Shape Filters)> Convolutions { get; } = [];

    /// <summary>What batch norms saw.</summary>
    public List<Shape> Norms { get; } = [];

    public int Count(string call) => Calls.Count(c => c == call);

    public override string Name => "recording";

    public override nint Allocate(long bytes) => _cpu.Allocate(bytes);

    public override void Free(nint address, long bytes) => _cpu.Free(address, bytes);

    public override void Upload(ReadOnlySpan<byte> source, TensorView destination) => _cpu.Upload(source, destination);

    public override void Download(TensorView source, Span<byte> destination) => _cpu.Download(source, destination);

    public override void Synchronize() => _cpu.Synchronize();

    public override void Fill(TensorView y, float value) => Note(nameof(Fill)).Fill(y, value);

    public override void Unary<TOp>(TOp op, TensorView x, TensorView y) => Note(TOp.Name).Unary(op, x, y);

    public override void Binary<TOp>(TOp op, TensorView a, TensorView b, TensorView y) => Note(TOp.Name).Binary(op, a, b, y);

    public override void Cast(TensorView x, TensorView y) => Note(nameof(Cast)).Cast(x, y);

    public override void ArithmeticExact(ArithmeticOp op, TensorView a, TensorView b, TensorView y) =>
        Note(nameof(ArithmeticExact)).ArithmeticExact(op, a, b, y);

    public override void Compare(ComparisonOp op, TensorView a, TensorView b, TensorView y) =>
        Note(nameof(Compare)).Compare(op, a, b, y);

    public override void ReduceExact(ReduceOp op, TensorView x, TensorView y) => Note(nameof(ReduceExact)).ReduceExact(op, x, y);

    public override void Permute(TensorView x, TensorView y, ReadOnlySpan<int> order) =>
        Note(nameof(Permute)).Permute(x, y, order);

    public override void CopyBox(TensorView x, ReadOnlySpan<int> xStart, TensorView y, ReadOnlySpan<int> yStart,
        ReadOnlySpan<int> extent) =>
        Note(nameof(CopyBox)).CopyBox(x, xStart, y, yStart, extent);

    public override void GatherRows(TensorView table, TensorView indices, TensorView y) =>
        Note(nameof(GatherRows)).GatherRows(table, indices, y);

    public override void ScatterAddRows(TensorView dy, TensorView indices, TensorView dtable) =>
        Note(nameof(ScatterAddRows)).ScatterAddRows(dy, indices, dtable);

    public override void Gather(TensorView x, TensorView indices, TensorView y, int axis) =>
        Note(nameof(Gather)).Gather(x, indices, y, axis);

    public override void Scatter(TensorView x, TensorView indices, TensorView y, int axis) =>
        Note(nameof(Scatter)).Scatter(x, indices, y, axis);

    public override void ScatterAdd(TensorView x, TensorView indices, TensorView y, int axis) =>
        Note(nameof(ScatterAdd)).ScatterAdd(x, indices, y, axis);

    public override void ArgSort(TensorView x, TensorView order, bool descending) =>
        Note(nameof(ArgSort)).ArgSort(x, order, descending);

    public override void CumSum(TensorView x, TensorView y, int axis, bool backwards) =>
        Note(nameof(CumSum)).CumSum(x, y, axis, backwards);

    public override void Reduce<TOp>(TensorView x, TensorView y) => Note(TOp.Name).Reduce<TOp>(x, y);

    public override void LogSumExp(TensorView x, TensorView y) => Note(nameof(LogSumExp)).LogSumExp(x, y);

    public override void ArgMax(TensorView x, TensorView y) => Note(nameof(ArgMax)).ArgMax(x, y);

    public override void MatMul(TensorView a, bool transposeA, TensorView b, bool transposeB, TensorView c, bool accumulate) =>
        Note(nameof(MatMul)).MatMul(a, transposeA, b, transposeB, c, accumulate);

    public override void Linear(TensorView x, TensorView w, TensorView bias, TensorView y) =>
        Note(nameof(Linear)).Linear(x, w, bias, y);

    public override void CompensatedSum(TensorView sum, TensorView value) =>
        Note(nameof(CompensatedSum)).CompensatedSum(sum, value);
    public override void LinearDecay(TensorView step, ReadOnlySpan<TensorView> rates, in DecaySpec spec) =>
        Note(nameof(LinearDecay)).LinearDecay(step, rates, spec);

    public override void Conv2dForward(TensorView x, TensorView w, TensorView? bias, TensorView y, in ConvSpec spec)
    {
        Convolutions.Add((x.Shape, w.Shape));
        Note(nameof(Conv2dForward)).Conv2dForward(x, w, bias, y, spec);
    }

    /// <summary>Noted beside what the page composes it of.</summary>
    public override void Conv2dReluForward(TensorView x, TensorView w, TensorView? bias, TensorView y, in ConvSpec spec)
    {
        Calls.Add(nameof(Conv2dReluForward));
        base.Conv2dReluForward(x, w, bias, y, spec);
    }

    public override void Conv2dBackwardData(TensorView dy, TensorView w, TensorView dx, in ConvSpec spec) =>
        Note(nameof(Conv2dBackwardData)).Conv2dBackwardData(dy, w, dx, spec);

    public override void Conv2dBackwardFilter(TensorView x, TensorView dy, TensorView dw, in ConvSpec spec) =>
        Note(nameof(Conv2dBackwardFilter)).Conv2dBackwardFilter(x, dy, dw, spec);

    public override void BatchNormForward(TensorView x, TensorView gamma, TensorView beta, TensorView classes,
        TensorView runningMean, TensorView runningVar, TensorView y, TensorView mean, TensorView invStd, in BatchNormSpec spec)
    {
        Norms.Add(x.Shape);
        Note(nameof(BatchNormForward)).BatchNormForward(x, gamma, beta, classes, runningMean, runningVar, y, mean, invStd, spec);
    }

    public override void BatchNormBackward(TensorView x, TensorView gamma, TensorView beta, TensorView classes,
        TensorView mean, TensorView invStd, TensorView dy, TensorView dx, TensorView dgamma,
        TensorView dbeta, in BatchNormSpec spec) =>
        Note(nameof(BatchNormBackward)).BatchNormBackward(x, gamma, beta, classes, mean, invStd, dy, dx, dgamma, dbeta, spec);

    public override void SpectralNormForward(ReadOnlySpan<SpectralLayer> layers, int iterations, float epsilon) =>
        Note(nameof(SpectralNormForward)).SpectralNormForward(layers, iterations, epsilon);

    public override void SpectralNormBackward(ReadOnlySpan<SpectralLayer> layers, ReadOnlySpan<TensorView> dn,
        ReadOnlySpan<TensorView> dw) =>
        Note(nameof(SpectralNormBackward)).SpectralNormBackward(layers, dn, dw);

    public override void AvgPool2d(TensorView x, TensorView y, in PoolSpec spec) => Note(nameof(AvgPool2d)).AvgPool2d(x, y, spec);

    public override void AvgPool2dBackward(TensorView dy, TensorView dx, in PoolSpec spec) =>
        Note(nameof(AvgPool2dBackward)).AvgPool2dBackward(dy, dx, spec);

    public override void MaxPool2d(TensorView x, TensorView y, TensorView index, in PoolSpec spec) =>
        Note(nameof(MaxPool2d)).MaxPool2d(x, y, index, spec);

    public override void MaxPool2dGather(TensorView x, TensorView index, TensorView y) =>
        Note(nameof(MaxPool2dGather)).MaxPool2dGather(x, index, y);

    public override void MaxPool2dBackward(TensorView dy, TensorView index, TensorView dx, in PoolSpec spec) =>
        Note(nameof(MaxPool2dBackward)).MaxPool2dBackward(dy, index, dx, spec);

    public override void Upsample2x(TensorView x, TensorView y, UpsampleMode mode) =>
        Note(nameof(Upsample2x)).Upsample2x(x, y, mode);

    public override void Upsample2xBackward(TensorView dy, TensorView dx, UpsampleMode mode) =>
        Note(nameof(Upsample2xBackward)).Upsample2xBackward(dy, dx, mode);

    public override void Rotate90(TensorView x, TensorView turns, TensorView y, bool inverse) =>
        Note(nameof(Rotate90)).Rotate90(x, turns, y, inverse);

    public override void SoftmaxCrossEntropy(TensorView logits, TensorView labels, TensorView losses,
        TensorView correct = default) =>
        Note(nameof(SoftmaxCrossEntropy)).SoftmaxCrossEntropy(logits, labels, losses, correct);

    public override void SoftmaxCrossEntropyBackward(TensorView logits, TensorView labels,
        TensorView dlosses, TensorView dlogits) =>
        Note(nameof(SoftmaxCrossEntropyBackward)).SoftmaxCrossEntropyBackward(logits, labels, dlosses, dlogits);

    public override void HingeDiscriminator(TensorView real, TensorView fake, TensorView loss) =>
        Note(nameof(HingeDiscriminator)).HingeDiscriminator(real, fake, loss);

    public override void HingeDiscriminatorBackward(TensorView real, TensorView fake, TensorView dloss,
        TensorView dreal, TensorView dfake) =>
        Note(nameof(HingeDiscriminatorBackward)).HingeDiscriminatorBackward(real, fake, dloss, dreal, dfake);

    public override void GradientNorm(ReadOnlySpan<TensorView> gradients, TensorView norm) =>
        Note(nameof(GradientNorm)).GradientNorm(gradients, norm);

    public override void Adam(ReadOnlySpan<AdamSlot> slots, TensorView learningRate, in AdamSpec spec,
        TensorView restBeta2 = default, TensorView restDecay = default) =>
        Note(nameof(Adam)).Adam(slots, learningRate, spec, restBeta2, restDecay);

    public override void Normal(TensorView y, TensorView generator) => Note(nameof(Normal)).Normal(y, generator);

    public override void Uniform(TensorView y, TensorView generator, float low, float high) =>
        Note(nameof(Uniform)).Uniform(y, generator, low, high);

    protected override void Dispose(bool disposing)
    {
        if (disposing) _cpu.Dispose();
    }

    CpuBackend Note(string call)
    {
        Calls.Add(call);
        return _cpu;
    }
}
