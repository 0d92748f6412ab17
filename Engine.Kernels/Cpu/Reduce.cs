namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    public override void Reduce<TOp>(View x, View y) => throw new NotImplementedException();
    public override void ArgMax(View x, View y) => throw new NotImplementedException();
}
