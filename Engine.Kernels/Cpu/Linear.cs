using Ssgan.Engine.Kernels.Cpu.Gemm;

namespace Ssgan.Engine.Kernels.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void Linear(TensorView x, TensorView w, TensorView bias, TensorView y) =>
        MatMul(x.F32, false, w.F32, true, new GemmOutput(y.F32, w.Shape[0], bias.F32, accumulate: false),
            x.Shape[0], w.Shape[0], x.Shape[1]);
}
