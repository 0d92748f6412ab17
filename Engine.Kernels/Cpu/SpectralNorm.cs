namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    public override void SpectralNormForward(ReadOnlySpan<SpectralLayer> layers, int iterations, float epsilon) => throw new NotImplementedException();
    public override void SpectralNormBackward(in SpectralLayer layer, View dn, View dw) => throw new NotImplementedException();
}
