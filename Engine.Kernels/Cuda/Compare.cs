using Ssgan.Engine.Kernels.Cuda.Launch;

namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    static readonly KernelFamily s_compare = new("compare", "compare");

    /// <inheritdoc/>
    public override void Compare(ComparisonOp op, TensorView a, TensorView b, TensorView y) =>
        Stretch(s_compare, (int)op, a, b, y);
}
