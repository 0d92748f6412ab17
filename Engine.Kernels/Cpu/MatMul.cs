namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    public override void MatMul(View a, bool transposeA, View b, bool transposeB, View c, bool accumulate) => throw new NotImplementedException();
}
