namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    public override void Rotate90(View x, View turns, View y, bool inverse) => throw new NotImplementedException();
}
