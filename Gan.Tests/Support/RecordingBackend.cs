using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Tests.Support;

/// <summary>The CPU's primitives, with a list of those that were called (memory transfers left out).</summary>
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

    public override void Upload(ReadOnlySpan<byte> source, View destination) => _cpu.Upload(source, destination);

    public override void Download(View source, Span<byte> destination) => _cpu.Download(source, destination);

    public override void Synchronize() => _cpu.Synchronize();

    public override void Fill(View y, float value) => Note(nameof(Fill)).Fill(y, value);

    public override void Unary<TOp>(TOp op, View x, View y) => Note(TOp.Name).Unary(op, x, y);

    public override void Binary<TOp>(TOp op, View a, View b, View y) => Note(TOp.Name).Binary(op, a, b, y);

    public override void Cast(View x, View y) => Note(nameof(Cast)).Cast(x, y);

    public override void Permute(View x, View y, ReadOnlySpan<int> order) => Note(nameof(Permute)).Permute(x, y, order);

    public override void CopyBox(View x, ReadOnlySpan<int> xStart, View y, ReadOnlySpan<int> yStart, ReadOnlySpan<int> extent) =>
        Note(nameof(CopyBox)).CopyBox(x, xStart, y, yStart, extent);

    public override void GatherRows(View table, View indices, View y) => Note(nameof(GatherRows)).GatherRows(table, indices, y);

    public override void ScatterAddRows(View dy, View indices, View dtable) => Note(nameof(ScatterAddRows)).ScatterAddRows(dy, indices, dtable);

    public override void Reduce<TOp>(View x, View y) => Note(TOp.Name).Reduce<TOp>(x, y);

    public override void LogSumExp(View x, View y) => Note(nameof(LogSumExp)).LogSumExp(x, y);

    public override void ArgMax(View x, View y) => Note(nameof(ArgMax)).ArgMax(x, y);

    public override void MatMul(View a, bool transposeA, View b, bool transposeB, View c, bool accumulate) =>
        Note(nameof(MatMul)).MatMul(a, transposeA, b, transposeB, c, accumulate);

    public override void Linear(View x, View w, View bias, View y) => Note(nameof(Linear)).Linear(x, w, bias, y);

    public override void CompensatedSum(View sum, View value) => Note(nameof(CompensatedSum)).CompensatedSum(sum, value);
    public override void LinearDecay(View step, ReadOnlySpan<View> rates, in DecaySpec spec) => Note(nameof(LinearDecay)).LinearDecay(step, rates, spec);

    public override void Conv2dForward(View x, View w, View? bias, View y, in ConvSpec spec)
    {
        Convolutions.Add((x.Shape, w.Shape));
        Note(nameof(Conv2dForward)).Conv2dForward(x, w, bias, y, spec);
    }

    public override void Conv2dBackwardData(View dy, View w, View dx, in ConvSpec spec) =>
        Note(nameof(Conv2dBackwardData)).Conv2dBackwardData(dy, w, dx, spec);

    public override void Conv2dBackwardFilter(View x, View dy, View dw, in ConvSpec spec) =>
        Note(nameof(Conv2dBackwardFilter)).Conv2dBackwardFilter(x, dy, dw, spec);

    public override void BatchNormForward(View x, View gamma, View beta, View classes, View runningMean, View runningVar, View y,
        View mean, View invStd, in BatchNormSpec spec)
    {
        Norms.Add(x.Shape);
        Note(nameof(BatchNormForward)).BatchNormForward(x, gamma, beta, classes, runningMean, runningVar, y, mean, invStd, spec);
    }

    public override void BatchNormBackward(View x, View gamma, View beta, View classes,
        View mean, View invStd, View dy, View dx, View dgamma, View dbeta, in BatchNormSpec spec) =>
        Note(nameof(BatchNormBackward)).BatchNormBackward(x, gamma, beta, classes, mean, invStd, dy, dx, dgamma, dbeta, spec);

    public override void SpectralNormForward(ReadOnlySpan<SpectralLayer> layers, int iterations, float epsilon) =>
        Note(nameof(SpectralNormForward)).SpectralNormForward(layers, iterations, epsilon);

    public override void SpectralNormBackward(ReadOnlySpan<SpectralLayer> layers, ReadOnlySpan<View> dn, ReadOnlySpan<View> dw) =>
        Note(nameof(SpectralNormBackward)).SpectralNormBackward(layers, dn, dw);

    public override void AvgPool2d(View x, View y, in PoolSpec spec) => Note(nameof(AvgPool2d)).AvgPool2d(x, y, spec);

    public override void AvgPool2dAdd(View x, View other, View y, in PoolSpec spec) => Note(nameof(AvgPool2dAdd)).AvgPool2dAdd(x, other, y, spec);

    public override void AvgPool2dBackward(View dy, View dx, in PoolSpec spec) => Note(nameof(AvgPool2dBackward)).AvgPool2dBackward(dy, dx, spec);

    public override void MaxPool2d(View x, View y, View index, in PoolSpec spec) => Note(nameof(MaxPool2d)).MaxPool2d(x, y, index, spec);

    public override void MaxPool2dGather(View x, View index, View y) => Note(nameof(MaxPool2dGather)).MaxPool2dGather(x, index, y);

    public override void MaxPool2dBackward(View dy, View index, View dx, in PoolSpec spec) =>
        Note(nameof(MaxPool2dBackward)).MaxPool2dBackward(dy, index, dx, spec);

    public override void Upsample2x(View x, View y, UpsampleMode mode) => Note(nameof(Upsample2x)).Upsample2x(x, y, mode);

    public override void Upsample2xBackward(View dy, View dx, UpsampleMode mode) => Note(nameof(Upsample2xBackward)).Upsample2xBackward(dy, dx, mode);

    public override void Rotate90(View x, View turns, View y, bool inverse) => Note(nameof(Rotate90)).Rotate90(x, turns, y, inverse);

    public override void RotateQuarters(View x, View y, View labels) => Note(nameof(RotateQuarters)).RotateQuarters(x, y, labels);

    public override void GatherRotate(View pixels, View indices, View flips, View upright, View rotated, View labels) =>
        Note(nameof(GatherRotate)).GatherRotate(pixels, indices, flips, upright, rotated, labels);

    public override void SoftmaxCrossEntropy(View logits, View labels, View losses, View correct = default) =>
        Note(nameof(SoftmaxCrossEntropy)).SoftmaxCrossEntropy(logits, labels, losses, correct);

    public override void SoftmaxCrossEntropyBackward(View logits, View labels, View dlosses, View dlogits) =>
        Note(nameof(SoftmaxCrossEntropyBackward)).SoftmaxCrossEntropyBackward(logits, labels, dlosses, dlogits);

    public override void HingeDiscriminator(View real, View fake, View loss) => Note(nameof(HingeDiscriminator)).HingeDiscriminator(real, fake, loss);

    public override void HingeDiscriminatorBackward(View real, View fake, View dloss, View dreal, View dfake) =>
        Note(nameof(HingeDiscriminatorBackward)).HingeDiscriminatorBackward(real, fake, dloss, dreal, dfake);

    public override void GradientNorm(ReadOnlySpan<View> gradients, View norm) => Note(nameof(GradientNorm)).GradientNorm(gradients, norm);

    public override void Adam(ReadOnlySpan<AdamSlot> slots, View learningRate, in AdamSpec spec) =>
        Note(nameof(Adam)).Adam(slots, learningRate, spec);

    public override void Normal(View y, View generator) => Note(nameof(Normal)).Normal(y, generator);

    public override void Uniform(View y, View generator, float low, float high) => Note(nameof(Uniform)).Uniform(y, generator, low, high);

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
