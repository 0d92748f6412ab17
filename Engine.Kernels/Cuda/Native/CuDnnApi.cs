using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ssgan.Engine.Kernels.Cuda.Native;

/// <summary>
/// The functions of cuDNN 9 that we call; a field is the exported name without "cudnn". All return a status. alpha and beta are
/// host pointers to float. Sizes are given as N, C, H, W whatever the layout; strides say what it is.
/// </summary>
sealed unsafe class CuDnnApi
{
    public const int Success = 0, DeviceAllocationFailed = 4004;

    /// <summary>90600 is 9.6.0.</summary>
    public readonly delegate* unmanaged<nuint> GetVersion;
    /// <summary>The CUDA runtime it was built with: 12060 is 12.6.</summary>
    public readonly delegate* unmanaged<nuint> GetCudartVersion;
    public readonly delegate* unmanaged<nint*, int> Create;
    public readonly delegate* unmanaged<nint, int> Destroy;
    public readonly delegate* unmanaged<nint, nint, int> SetStream;

    public readonly delegate* unmanaged<nint*, int> CreateTensorDescriptor;
    public readonly delegate* unmanaged<nint, int> DestroyTensorDescriptor;
    /// <summary>descriptor, type, n, c, h, w and their strides.</summary>
    public readonly delegate* unmanaged<nint, CuDnnType, int, int, int, int, int, int, int, int, int> SetTensor4dDescriptorEx;
    public readonly delegate* unmanaged<nint*, int> CreateFilterDescriptor;
    public readonly delegate* unmanaged<nint, int> DestroyFilterDescriptor;
    /// <summary>descriptor, type, format, k, c, r, s; NHWC means memory (k, r, s, c).</summary>
    public readonly delegate* unmanaged<nint, CuDnnType, CuDnnFormat, int, int, int, int, int> SetFilter4dDescriptor;
    public readonly delegate* unmanaged<nint*, int> CreateConvolutionDescriptor;
    public readonly delegate* unmanaged<nint, int> DestroyConvolutionDescriptor;
    /// <summary>descriptor, padding, stride, dilation (each height, width), mode, compute type.</summary>
    public readonly delegate* unmanaged<nint, int, int, int, int, int, int, CuDnnConvolutionMode, CuDnnType,
        int> SetConvolution2dDescriptor;
    public readonly delegate* unmanaged<nint, CuDnnMath, int> SetConvolutionMathType;
    public readonly delegate* unmanaged<nint, int, int> SetConvolutionGroupCount;

    /// <summary>handle, x, w, convolution, y, wanted, out how many, out results.</summary>
    public readonly delegate* unmanaged<nint, nint, nint, nint, nint, int, int*, CuDnnPerformance*,
        int> GetConvolutionForwardAlgorithm;
    /// <summary>handle, w, dy, convolution, dx, wanted, out how many, out results.</summary>
    public readonly delegate* unmanaged<nint, nint, nint, nint, nint, int, int*, CuDnnPerformance*,
        int> GetConvolutionBackwardDataAlgorithm;
    /// <summary>handle, x, dy, convolution, dw, wanted, out how many, out results.</summary>
    public readonly delegate* unmanaged<nint, nint, nint, nint, nint, int, int*, CuDnnPerformance*,
        int> GetConvolutionBackwardFilterAlgorithm;
    /// <summary>handle, x, w, convolution, y, algorithm, out bytes.</summary>
    public readonly delegate* unmanaged<nint, nint, nint, nint, nint, int, nuint*, int> GetConvolutionForwardWorkspaceSize;
    /// <summary>handle, w, dy, convolution, dx, algorithm, out bytes.</summary>
    public readonly delegate* unmanaged<nint, nint, nint, nint, nint, int, nuint*, int> GetConvolutionBackwardDataWorkspaceSize;
    /// <summary>handle, x, dy, convolution, dw, algorithm, out bytes.</summary>
    public readonly delegate* unmanaged<nint, nint, nint, nint, nint, int, nuint*, int> GetConvolutionBackwardFilterWorkspaceSize;
    /// <summary>handle, alpha, x, address, w, address, convolution, algorithm, workspace, bytes, beta, y, address.</summary>
    public readonly delegate* unmanaged<nint, void*, nint, nint, nint, nint, nint, int, nint, nuint, void*, nint,
        nint, int> ConvolutionForward;
    /// <summary>handle, alpha, w, address, dy, address, convolution, algorithm, workspace, bytes, beta, dx, address.</summary>
    public readonly delegate* unmanaged<nint, void*, nint, nint, nint, nint, nint, int, nint, nuint, void*, nint, nint,
        int> ConvolutionBackwardData;
    /// <summary>handle, alpha, x, address, dy, address, convolution, algorithm, workspace, bytes, beta, dw, address.</summary>
    public readonly delegate* unmanaged<nint, void*, nint, nint, nint, nint, nint, int, nint, nuint, void*, nint, nint,
        int> ConvolutionBackwardFilter;

    /// <summary>
    /// The first function of the graph interface that this version lacks, or null; then the fields below are all there.
    /// </summary>
    public readonly string? MissingForGraphs;
    public readonly delegate* unmanaged<CuDnnDescriptor, nint*, int> BackendCreateDescriptor;
    public readonly delegate* unmanaged<nint, int> BackendDestroyDescriptor;
    public readonly delegate* unmanaged<nint, int> BackendFinalize;
    /// <summary>descriptor, name, type, count, values.</summary>
    public readonly delegate* unmanaged<nint, CuDnnAttribute, CuDnnAttributeType, long, void*, int> BackendSetAttribute;
    /// <summary>descriptor, name, type, room, out count, out values.</summary>
    public readonly delegate* unmanaged<nint, CuDnnAttribute, CuDnnAttributeType, long, long*, void*, int> BackendGetAttribute;
    /// <summary>handle, plan, variant pack.</summary>
    public readonly delegate* unmanaged<nint, nint, nint, int> BackendExecute;

    readonly delegate* unmanaged<int, byte*> _getErrorString;
    readonly delegate* unmanaged<byte*, nuint, void> _getLastErrorString;

    /// <summary>Loads cuDNN.</summary>
    public CuDnnApi(ISymbolSource source)
    {
        var find = new Exports(source, CudaLibrary.CuDnn);
        GetVersion = (delegate* unmanaged<nuint>)find["cudnnGetVersion"];
        GetCudartVersion = (delegate* unmanaged<nuint>)find["cudnnGetCudartVersion"];
        Create = (delegate* unmanaged<nint*, int>)find["cudnnCreate"];
        Destroy = (delegate* unmanaged<nint, int>)find["cudnnDestroy"];
        SetStream = (delegate* unmanaged<nint, nint, int>)find["cudnnSetStream"];

        CreateTensorDescriptor = (delegate* unmanaged<nint*, int>)find["cudnnCreateTensorDescriptor"];
        DestroyTensorDescriptor = (delegate* unmanaged<nint, int>)find["cudnnDestroyTensorDescriptor"];
        SetTensor4dDescriptorEx = (delegate* unmanaged<nint, CuDnnType, int, int, int, int, int, int, int, int, int>)find[
            "cudnnSetTensor4dDescriptorEx"];
        CreateFilterDescriptor = (delegate* unmanaged<nint*, int>)find["cudnnCreateFilterDescriptor"];
        DestroyFilterDescriptor = (delegate* unmanaged<nint, int>)find["cudnnDestroyFilterDescriptor"];
        SetFilter4dDescriptor =
            (delegate* unmanaged<nint, CuDnnType, CuDnnFormat, int, int, int, int, int>)find["cudnnSetFilter4dDescriptor"];
        CreateConvolutionDescriptor = (delegate* unmanaged<nint*, int>)find["cudnnCreateConvolutionDescriptor"];
        DestroyConvolutionDescriptor = (delegate* unmanaged<nint, int>)find["cudnnDestroyConvolutionDescriptor"];
        SetConvolution2dDescriptor =
            (delegate* unmanaged<nint, int, int, int, int, int, int, CuDnnConvolutionMode, CuDnnType, int>)
            find["cudnnSetConvolution2dDescriptor"];
        SetConvolutionMathType = (delegate* unmanaged<nint, CuDnnMath, int>)find["cudnnSetConvolutionMathType"];
        SetConvolutionGroupCount = (delegate* unmanaged<nint, int, int>)find["cudnnSetConvolutionGroupCount"];

        GetConvolutionForwardAlgorithm = (delegate* unmanaged<nint, nint, nint, nint, nint, int, int*, CuDnnPerformance*, int>)
            find["cudnnGetConvolutionForwardAlgorithm_v7"];
        GetConvolutionBackwardDataAlgorithm =
            (delegate* unmanaged<nint, nint, nint, nint, nint, int, int*, CuDnnPerformance*, int>)
            find["cudnnGetConvolutionBackwardDataAlgorithm_v7"];
        GetConvolutionBackwardFilterAlgorithm =
            (delegate* unmanaged<nint, nint, nint, nint, nint, int, int*, CuDnnPerformance*, int>)
            find["cudnnGetConvolutionBackwardFilterAlgorithm_v7"];
        GetConvolutionForwardWorkspaceSize = (delegate* unmanaged<nint, nint, nint, nint, nint, int, nuint*, int>)
            find["cudnnGetConvolutionForwardWorkspaceSize"];
        GetConvolutionBackwardDataWorkspaceSize = (delegate* unmanaged<nint, nint, nint, nint, nint, int, nuint*, int>)
            find["cudnnGetConvolutionBackwardDataWorkspaceSize"];
        GetConvolutionBackwardFilterWorkspaceSize = (delegate* unmanaged<nint, nint, nint, nint, nint, int, nuint*, int>)
            find["cudnnGetConvolutionBackwardFilterWorkspaceSize"];
        ConvolutionForward =
            (delegate* unmanaged<nint, void*, nint, nint, nint, nint, nint, int, nint, nuint, void*, nint, nint, int>)
            find["cudnnConvolutionForward"];
        ConvolutionBackwardData =
            (delegate* unmanaged<nint, void*, nint, nint, nint, nint, nint, int, nint, nuint, void*, nint, nint, int>)
            find["cudnnConvolutionBackwardData"];
        ConvolutionBackwardFilter =
            (delegate* unmanaged<nint, void*, nint, nint, nint, nint, nint, int, nint, nuint, void*, nint, nint, int>)
            find["cudnnConvolutionBackwardFilter"];

        BackendCreateDescriptor = (delegate* unmanaged<CuDnnDescriptor, nint*, int>)Graph("cudnnBackendCreateDescriptor",
            ref MissingForGraphs);
        BackendDestroyDescriptor = (delegate* unmanaged<nint, int>)Graph("cudnnBackendDestroyDescriptor", ref MissingForGraphs);
        BackendFinalize = (delegate* unmanaged<nint, int>)Graph("cudnnBackendFinalize", ref MissingForGraphs);
        BackendSetAttribute = (delegate* unmanaged<nint, CuDnnAttribute, CuDnnAttributeType, long, void*, int>)
            Graph("cudnnBackendSetAttribute", ref MissingForGraphs);
        BackendGetAttribute = (delegate* unmanaged<nint, CuDnnAttribute, CuDnnAttributeType, long, long*, void*, int>)
            Graph("cudnnBackendGetAttribute", ref MissingForGraphs);
        BackendExecute = (delegate* unmanaged<nint, nint, nint, int>)Graph("cudnnBackendExecute", ref MissingForGraphs);
        _getErrorString = (delegate* unmanaged<int, byte*>)find["cudnnGetErrorString"];
        _getLastErrorString = (delegate* unmanaged<byte*, nuint, void>)find["cudnnGetLastErrorString"];

        nint Graph(string symbol, ref string? missing)
        {
            nint address = find.Optional(symbol);
            if (address == 0) missing ??= symbol;
            return address;
        }
    }

    /// <summary>Whether a status says that this engine or algorithm cannot do it and another one should be tried.</summary>
    public static bool IsUnsupported(int status) => status is >= 3000 and < 4000;

    /// <summary>Throws what a status means.</summary>
    public void Check(int status, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status == Success) return;
        string detail = Reason(), message = $"{NativeCall.Name("cudnn", call)} failed with "
            + $"{Marshal.PtrToStringUTF8((nint)_getErrorString(status))} ({status})"
            + (detail.Length == 0 ? "." : $": {detail}");
        throw status == DeviceAllocationFailed ? new OutOfDeviceMemoryException(message) : new DeviceException(message);
    }

    /// <summary>cuDNN's own words on the last call that failed.</summary>
    string Reason()
    {
        const int Room = 1024;
        byte* reason = stackalloc byte[Room];
        reason[0] = 0;
        _getLastErrorString(reason, Room);
        return Marshal.PtrToStringUTF8((nint)reason)!.Trim();
    }
}
