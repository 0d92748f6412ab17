namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    public override void Conv2dForward(View x, View w, View? bias, View y, in ConvSpec spec) => throw new NotImplementedException();
    public override void Conv2dBackwardData(View dy, View w, View dx, in ConvSpec spec) => throw new NotImplementedException();
    public override void Conv2dBackwardFilter(View x, View dy, View dw, in ConvSpec spec) => throw new NotImplementedException();
}
