namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    public override void Adam(ReadOnlySpan<AdamSlot> slots, View step, View learningRate, in AdamSpec spec) => throw new NotImplementedException();
}
