namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void CompensatedSum(TensorView sum, TensorView value)
    {
        float high = sum.F32[0], added = *value.F32, next = high + added, taken = next - high;
        float lost = (high - (next - taken)) + (added - taken) + sum.F32[1], total = next + lost;
        sum.F32[0] = total;
        sum.F32[1] = lost - (total - next);
    }
}
