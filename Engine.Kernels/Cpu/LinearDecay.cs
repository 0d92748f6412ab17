namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void LinearDecay(TensorView step, ReadOnlySpan<TensorView> rates, in DecaySpec spec)
    {
        float rate = spec.At(++*step.I32);
        foreach (ref readonly var view in rates) *view.F32 = rate;
    }
}
