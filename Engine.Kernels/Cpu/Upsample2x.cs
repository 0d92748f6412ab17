namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    public override void Upsample2x(View x, View y, UpsampleMode mode) => throw new NotImplementedException();
    public override void Upsample2xBackward(View dy, View dx, UpsampleMode mode) => throw new NotImplementedException();
}
