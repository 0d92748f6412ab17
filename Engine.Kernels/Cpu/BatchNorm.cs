namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    public override void BatchNormForward(View x, View gamma, View beta, View runningMean, View runningVar, View y, View mean, View invStd, in BatchNormSpec spec) => throw new NotImplementedException();
    public override void BatchNormBackward(View x, View gamma, View beta, View mean, View invStd, View dy, View dx, View dgamma, View dbeta, in BatchNormSpec spec) => throw new NotImplementedException();
}
