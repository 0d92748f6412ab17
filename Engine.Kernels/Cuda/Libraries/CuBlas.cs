using Ssgan.Engine.Kernels.Cuda.Driver;
using Ssgan.Engine.Kernels.Cuda.Launch;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda.Libraries;

/// <summary>
/// A cuBLAS handle on one stream. It has a workspace of its own: with the library's, a captured product would allocate memory in
/// the graph, and results could depend on what else runs. All calls are within a lease.
/// </summary>
sealed unsafe class CuBlas
{
    readonly CuBlasApi _api;
    readonly CudaDevice _device;
    readonly nint _handle;
    readonly SharedBlock? _workspace;

    /// <summary>Loads cuBLAS and binds it to a stream.</summary>
    /// <exception cref="DeviceException">It is not installed, or too old.</exception>
    public CuBlas(ISymbolSource source, CudaDevice device, nint stream)
    {
        _api = new CuBlasApi(source);
        _device = device;
        nint handle, workspace;
        _api.Check(_api.Create(&handle));
        _handle = handle;
        try
        {
            // NVIDIA's recommendation by compute capability.
            long bytes = device.Properties.Supports(9, 0) ? 32 << 20 : 4 << 20;
            device.Check(device.Api.MemAlloc(&workspace, (nuint)bytes));
            _workspace = new SharedBlock(workspace, bytes);
            // In this order: setting the stream resets the workspace.
            _api.Check(_api.SetStream(handle, stream));
            _api.Check(_api.SetWorkspace(handle, workspace, (nuint)bytes));
            _api.Check(_api.SetMathMode(handle, CuBlasMath.Default | CuBlasMath.DisallowReducedPrecisionReduction));
        }
        catch
        {
            Free();
            throw;
        }
    }

    /// <summary>Its workspace, for other products on the same stream: these run one after another.</summary>
    public SharedBlock Workspace => _workspace!;

    /// <summary>As the library tells it: 120405 is 12.4.5.</summary>
    public int Version
    {
        get
        {
            int version;
            _api.Check(_api.GetVersion(_handle, &version));
            return version;
        }
    }

    /// <summary>c = op(a)·op(b), or adds to c; shapes as in <see cref="Backend.MatMul"/>, no sum empty.</summary>
    public void Multiply(TensorView a, bool transposeA, TensorView b, bool transposeB, TensorView c, bool accumulate, bool tf32)
    {
        int m = c.Shape[-2], n = c.Shape[-1], k = a.Shape[transposeA ? -2 : -1];
        float one = 1, beta = accumulate ? 1 : 0;
        var compute = Compute(a.Type, tf32);
        // Column-major, our matrices are their transposed ones: c transposed = op(b) transposed · op(a) transposed, which are b
        // and a as they lie.
        if (c.Shape.Rank == 2)
        {
            _api.Check(_api.GemmEx(_handle, Operation(transposeB), Operation(transposeA), n, m, k, &one, b.Address, Type(b.Type),
                b.Shape[-1], a.Address, Type(a.Type), a.Shape[-1], &beta, c.Address, Type(c.Type), n, compute,
                CuBlasApi.AlgorithmDefault));
            return;
        }
        _api.Check(_api.GemmStridedBatchedEx(_handle, Operation(transposeB), Operation(transposeA), n, m, k, &one,
            b.Address, Type(b.Type), b.Shape[-1], (long)k * n, a.Address, Type(a.Type), a.Shape[-1], (long)m * k, &beta,
            c.Address, Type(c.Type), n, (long)m * n, c.Shape[0], compute, CuBlasApi.AlgorithmDefault));
    }

    /// <summary>Destroys the handle. The stream is idle, and no call follows.</summary>
    public void Free()
    {
        try
        {
            _api.Check(_api.Destroy(_handle));
        }
        catch (DeviceException e)
        {
            _device.NotFreed(e);
        }
        _workspace?.Release(_device);
    }

    /// <summary>How products of this storage are computed.</summary>
    public static CuBlasCompute Compute(DType type, bool tf32) =>
        type == DType.BF16 ? CuBlasCompute.F32 : tf32 ? CuBlasCompute.F32FastTf32 : CuBlasCompute.F32Pedantic;

    /// <summary>cuBLAS's name of a storage.</summary>
    public static CudaDataType Type(DType type) => type == DType.BF16 ? CudaDataType.BF16 : CudaDataType.F32;

    static CuBlasOperation Operation(bool transpose) => transpose ? CuBlasOperation.Transpose : CuBlasOperation.None;
}
