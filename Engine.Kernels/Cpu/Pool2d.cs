namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    public override void AvgPool2d(View x, View y, in PoolSpec spec) => throw new NotImplementedException();
    public override void AvgPool2dBackward(View dy, View dx, in PoolSpec spec) => throw new NotImplementedException();
    public override void MaxPool2d(View x, View y, View index, in PoolSpec spec) => throw new NotImplementedException();
    public override void MaxPool2dGather(View x, View index, View y) => throw new NotImplementedException();
    public override void MaxPool2dBackward(View dy, View index, View dx) => throw new NotImplementedException();
}
