using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ssgan.Engine.Kernels.Cuda.Native;

/// <summary>cublasOperation_t.</summary>
enum CuBlasOperation { None = 0, Transpose = 1 }

/// <summary>cublasMath_t.</summary>
enum CuBlasMath { Default = 0, Pedantic = 2, Tf32 = 3, DisallowReducedPrecisionReduction = 16 }

/// <summary>cudaDataType_t, as far as we store it.</summary>
enum CudaDataType { F32 = 0, BF16 = 14 }

/// <summary>cublasComputeType_t.</summary>
enum CuBlasCompute { F32 = 68, F32Pedantic = 69, F32FastTf32 = 77 }

/// <summary>
/// The functions of cuBLAS that we call; a field is the exported name without "cublas" and "_v2". Matrices are column-major. The
/// handle's current context must be that of the device. All return a status.
/// </summary>
sealed unsafe class CuBlasApi
{
    /// <summary>cublasGemmAlgo_t: let the library choose.</summary>
    public const int AlgorithmDefault = -1;

    public const int Success = 0, AllocationFailed = 3, NotSupported = 15;

    public readonly delegate* unmanaged<nint*, int> Create;
    public readonly delegate* unmanaged<nint, int> Destroy;
    public readonly delegate* unmanaged<nint, int*, int> GetVersion;
    /// <summary>Resets the workspace.</summary>
    public readonly delegate* unmanaged<nint, nint, int> SetStream;
    /// <summary>handle, address (256-byte aligned), bytes.</summary>
    public readonly delegate* unmanaged<nint, nint, nuint, int> SetWorkspace;
    public readonly delegate* unmanaged<nint, CuBlasMath, int> SetMathMode;
    /// <summary>
    /// handle, opA, opB, m, n, k, alpha, A, type, lda, B, type, ldb, beta, C, type, ldc, compute type, algorithm.
    /// </summary>
    public readonly delegate* unmanaged<nint, CuBlasOperation, CuBlasOperation, int, int, int, void*, nint, CudaDataType, int,
        nint, CudaDataType, int, void*, nint, CudaDataType, int, CuBlasCompute, int, int> GemmEx;
    /// <summary>
    /// The same with a stride in elements after each leading dimension, and the number of matrices before the compute type.
    /// </summary>
    public readonly delegate* unmanaged<nint, CuBlasOperation, CuBlasOperation, int, int, int, void*, nint, CudaDataType, int,
        long, nint, CudaDataType, int, long, void*, nint, CudaDataType, int, long, int, CuBlasCompute, int,
        int> GemmStridedBatchedEx;
    readonly delegate* unmanaged<int, byte*> _getStatusName, _getStatusString;

    /// <summary>Loads cuBLAS.</summary>
    public CuBlasApi(ISymbolSource source)
    {
        var find = new Exports(source, CudaLibrary.CuBlas);
        Create = (delegate* unmanaged<nint*, int>)find["cublasCreate_v2"];
        Destroy = (delegate* unmanaged<nint, int>)find["cublasDestroy_v2"];
        GetVersion = (delegate* unmanaged<nint, int*, int>)find["cublasGetVersion_v2"];
        SetStream = (delegate* unmanaged<nint, nint, int>)find["cublasSetStream_v2"];
        SetWorkspace = (delegate* unmanaged<nint, nint, nuint, int>)find["cublasSetWorkspace_v2"];
        SetMathMode = (delegate* unmanaged<nint, CuBlasMath, int>)find["cublasSetMathMode"];
        GemmEx = (delegate* unmanaged<nint, CuBlasOperation, CuBlasOperation, int, int, int, void*, nint, CudaDataType, int, nint,
            CudaDataType, int, void*, nint, CudaDataType, int, CuBlasCompute, int, int>)find["cublasGemmEx"];
        GemmStridedBatchedEx = (delegate* unmanaged<nint, CuBlasOperation, CuBlasOperation, int, int, int, void*, nint,
            CudaDataType, int, long, nint, CudaDataType, int, long, void*, nint, CudaDataType, int, long, int, CuBlasCompute, int,
            int>)find["cublasGemmStridedBatchedEx"];
        _getStatusName = (delegate* unmanaged<int, byte*>)find["cublasGetStatusName"];
        _getStatusString = (delegate* unmanaged<int, byte*>)find["cublasGetStatusString"];
    }

    /// <summary>Throws what a status means.</summary>
    public void Check(int status, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status == Success) return;
        string message = $"{NativeCall.Name("cublas", call)} failed with {Text(_getStatusName(status))} ({status}): "
            + $"{Text(_getStatusString(status))}.";
        throw status == AllocationFailed ? new OutOfDeviceMemoryException(message) : new DeviceException(message);
    }

    static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "an unknown status";
}
