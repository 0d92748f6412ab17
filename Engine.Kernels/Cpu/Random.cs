namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    public override void Normal(View y, View generator) => throw new NotImplementedException();
    public override void Uniform(View y, View generator, float low, float high) => throw new NotImplementedException();
}
