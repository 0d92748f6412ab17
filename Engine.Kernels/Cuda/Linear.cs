namespace Ssgan.Engine.Kernels.Cuda;

public sealed unsafe partial class CudaBackend
{
    /// <inheritdoc/>
    public override void Linear(TensorView x, TensorView w, TensorView bias, TensorView y)
    {
        if (y.Count == 0) return;
        if (_blas is null || x.Count == 0 || !LibrariesTake(x.Type))
        {
            MatMulOwn(x, false, w, true, y, accumulate: false, bias.Address);
            return;
        }
        using var lease = _device.Enter();
        if (_blasLt is not null && _blasLt.TryMultiply(x, w, BiasLike(y, bias), y, AllowTf32)) return;
        _blas.Multiply(x, false, w, true, y, accumulate: false, AllowTf32);
        AddBias(y, bias);
    }

    /// <summary>The bias in y's type: cuBLASLt adds no other.</summary>
    TensorView BiasLike(TensorView y, TensorView bias)
    {
        if (bias.Type == y.Type) return bias;
        var rounded = new TensorView(Scratch(bias.Count * y.Type.Size()), bias.Shape, y.Type);
        Cast(bias, rounded);
        return rounded;
    }
}
