namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    /// <inheritdoc/>
    public override void MatMul(TensorView a, bool transposeA, TensorView b, bool transposeB, TensorView c, bool accumulate)
    {
        if (c.Count == 0) return;
        // A sum over nothing is no product for cuBLAS.
        if (_blas is null || a.Count == 0 || !LibrariesTake(a.Type))
        {
            MatMulOwn(a, transposeA, b, transposeB, c, accumulate);
            return;
        }
        using var lease = _device.Enter();
        _blas.Multiply(a, transposeA, b, transposeB, c, accumulate, AllowTf32);
    }
}
