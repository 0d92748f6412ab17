using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ssgan.Engine.Kernels.Cuda.Native;

/// <summary>cublasLtMatmulDescAttributes_t; values are 4-byte enums, 8-byte pointers.</summary>
enum LtMatmulAttribute { TransposeA = 3, TransposeB = 4, Epilogue = 7, BiasPointer = 8, BiasType = 26 }

/// <summary>cublasLtEpilogue_t.</summary>
enum LtEpilogue { Bias = 4 }

/// <summary>
/// cublasLtReductionScheme_t: how the parts of a sum that was split are added. A mask; no splitting is always in it.
/// </summary>
enum LtReduction { InComputeType = 2 }

/// <summary>
/// cublasLtMatmulPreferenceAttributes_t; the workspace is 8 bytes, the others 4. Alignments of A, B, C and D are 256 bytes
/// unless they are set.
/// </summary>
enum LtPreferenceAttribute { MaxWorkspaceBytes = 1, ReductionSchemes = 3, AlignmentOfA = 5, AlignmentOfB = 6,
    AlignmentOfC = 7, AlignmentOfD = 8 }

/// <summary>cublasLtMatmulHeuristicResult_t.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct LtHeuristicResult
{
    /// <summary>cublasLtMatmulAlgo_t, opaque.</summary>
    public fixed ulong Algorithm[8];
    public nuint WorkspaceBytes;
    public int State;
    public float Waves;
    fixed int _reserved[4];
}

/// <summary>
/// The functions of cuBLASLt that we call; a field is the exported name without "cublasLt". All return cuBLAS's status.
/// </summary>
sealed unsafe class CuBlasLtApi
{
    public readonly delegate* unmanaged<nint*, int> Create;
    public readonly delegate* unmanaged<nint, int> Destroy;
    public readonly delegate* unmanaged<nint*, CuBlasCompute, CudaDataType, int> MatmulDescCreate;
    public readonly delegate* unmanaged<nint, LtMatmulAttribute, void*, nuint, int> MatmulDescSetAttribute;
    public readonly delegate* unmanaged<nint, int> MatmulDescDestroy;
    /// <summary>out layout, type, rows, columns, leading dimension.</summary>
    public readonly delegate* unmanaged<nint*, CudaDataType, ulong, ulong, long, int> MatrixLayoutCreate;
    public readonly delegate* unmanaged<nint, int> MatrixLayoutDestroy;
    public readonly delegate* unmanaged<nint*, int> MatmulPreferenceCreate;
    public readonly delegate* unmanaged<nint, LtPreferenceAttribute, void*, nuint, int> MatmulPreferenceSetAttribute;
    public readonly delegate* unmanaged<nint, int> MatmulPreferenceDestroy;
    /// <summary>handle, operation, layouts of A, B, C, D, preference, wanted, out results, out how many.</summary>
    public readonly delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, int, LtHeuristicResult*, int*,
        int> MatmulAlgoGetHeuristic;
    /// <summary>
    /// handle, operation, alpha, A, layout, B, layout, beta, C, layout, D, layout, algorithm, workspace, bytes, stream.
    /// </summary>
    public readonly delegate* unmanaged<nint, nint, void*, nint, nint, nint, nint, void*, nint, nint, nint, nint, void*,
        nint, nuint, nint, int> Matmul;
    readonly delegate* unmanaged<int, byte*> _getStatusName;

    /// <summary>Loads cuBLASLt.</summary>
    public CuBlasLtApi(ISymbolSource source)
    {
        var find = new Exports(source, CudaLibrary.CuBlasLt);
        Create = (delegate* unmanaged<nint*, int>)find["cublasLtCreate"];
        Destroy = (delegate* unmanaged<nint, int>)find["cublasLtDestroy"];
        MatmulDescCreate = (delegate* unmanaged<nint*, CuBlasCompute, CudaDataType, int>)find["cublasLtMatmulDescCreate"];
        MatmulDescSetAttribute =
            (delegate* unmanaged<nint, LtMatmulAttribute, void*, nuint, int>)find["cublasLtMatmulDescSetAttribute"];
        MatmulDescDestroy = (delegate* unmanaged<nint, int>)find["cublasLtMatmulDescDestroy"];
        MatrixLayoutCreate =
            (delegate* unmanaged<nint*, CudaDataType, ulong, ulong, long, int>)find["cublasLtMatrixLayoutCreate"];
        MatrixLayoutDestroy = (delegate* unmanaged<nint, int>)find["cublasLtMatrixLayoutDestroy"];
        MatmulPreferenceCreate = (delegate* unmanaged<nint*, int>)find["cublasLtMatmulPreferenceCreate"];
        MatmulPreferenceSetAttribute =
            (delegate* unmanaged<nint, LtPreferenceAttribute, void*, nuint, int>)find["cublasLtMatmulPreferenceSetAttribute"];
        MatmulPreferenceDestroy = (delegate* unmanaged<nint, int>)find["cublasLtMatmulPreferenceDestroy"];
        MatmulAlgoGetHeuristic =
            (delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, int, LtHeuristicResult*, int*, int>)
            find["cublasLtMatmulAlgoGetHeuristic"];
        Matmul = (delegate* unmanaged<nint, nint, void*, nint, nint, nint, nint, void*, nint, nint, nint, nint,
            void*, nint, nuint, nint, int>)
            find["cublasLtMatmul"];
        _getStatusName = (delegate* unmanaged<int, byte*>)find["cublasLtGetStatusName"];
    }

    /// <summary>Throws what a status means.</summary>
    public void Check(int status, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status == CuBlasApi.Success) return;
        string name = Marshal.PtrToStringUTF8((nint)_getStatusName(status)) ?? "an unknown status";
        string message = $"{NativeCall.Name("cublasLt", call)} failed with {name} ({status}).";
        throw status == CuBlasApi.AllocationFailed ? new OutOfDeviceMemoryException(message) : new DeviceException(message);
    }
}
