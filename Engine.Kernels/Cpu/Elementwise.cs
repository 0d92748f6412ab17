namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    public override void Fill(View y, float value) => throw new NotImplementedException();
    public override void Unary<TOp>(TOp op, View x, View y) => throw new NotImplementedException();
    public override void Binary<TOp>(TOp op, View a, View b, View y) => throw new NotImplementedException();
    public override void Cast(View x, View y) => throw new NotImplementedException();
}
