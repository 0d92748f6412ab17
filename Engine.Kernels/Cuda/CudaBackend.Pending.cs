namespace Ssgan.Engine.Kernels.Cuda;

// Primitives whose files are still to come; each line goes when its stem arrives.
public sealed unsafe partial class CudaBackend
{
    public override void BatchNormForward(View x, View gamma, View beta, View classes, View runningMean, View runningVar, View y, View mean, View invStd, in BatchNormSpec spec) => throw new NotSupportedException();
    public override void BatchNormBackward(View x, View gamma, View beta, View classes, View mean, View invStd, View dy, View dx, View dgamma, View dbeta, in BatchNormSpec spec) => throw new NotSupportedException();

    public override void AvgPool2d(View x, View y, in PoolSpec spec) => throw new NotSupportedException();
    public override void AvgPool2dAdd(View x, View other, View y, in PoolSpec spec) => throw new NotSupportedException();
    public override void AvgPool2dBackward(View dy, View dx, in PoolSpec spec) => throw new NotSupportedException();

    public override void MaxPool2d(View x, View y, View index, in PoolSpec spec) => throw new NotSupportedException();
    public override void MaxPool2dGather(View x, View index, View y) => throw new NotSupportedException();
    public override void MaxPool2dBackward(View dy, View index, View dx, in PoolSpec spec) => throw new NotSupportedException();

    public override void Upsample2x(View x, View y, UpsampleMode mode) => throw new NotSupportedException();
    public override void Upsample2xBackward(View dy, View dx, UpsampleMode mode) => throw new NotSupportedException();

    public override void Rotate90(View x, View turns, View y, bool inverse) => throw new NotSupportedException();
    public override void RotateQuarters(View x, View y, View labels) => throw new NotSupportedException();
    public override void GatherRotate(View pixels, View indices, View flips, View upright, View rotated, View labels) => throw new NotSupportedException();
}
