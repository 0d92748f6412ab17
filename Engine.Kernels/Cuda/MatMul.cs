namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    public override void MatMul(View a, bool transposeA, View b, bool transposeB, View c, bool accumulate)
    {
        if (c.Count == 0) return;
        MatMulOwn(a, transposeA, b, transposeB, c, accumulate);
    }
}
