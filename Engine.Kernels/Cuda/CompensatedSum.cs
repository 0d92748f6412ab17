using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    static readonly KernelFamily s_compensatedSum = new("compensated_sum", "compensated_sum");

    /// <inheritdoc/>
    public override void CompensatedSum(TensorView sum, TensorView value) =>
        Launch(s_compensatedSum, DType.F32, new Grid(1, 1), new CompensatedSumArgs { Sum = sum.Address, Value = value.Address });

    [StructLayout(LayoutKind.Sequential)]
    struct CompensatedSumArgs
    {
        public nint Sum, Value;
    }
}
