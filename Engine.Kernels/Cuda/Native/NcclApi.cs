using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ssgan.Engine.Kernels.Cuda.Native;

/// <summary>ncclDataType_t, as far as we store it.</summary>
enum NcclType { UInt8 = 1, Int32 = 2, Float32 = 7, BFloat16 = 9 }

/// <summary>ncclRedOp_t.</summary>
enum NcclReduction { Sum = 0, Max = 2, Min = 3, Average = 4 }

/// <summary>ncclUniqueId: made by rank 0, handed to all, passed by value.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct NcclUniqueId
{
    public fixed byte Bytes[128];
}

/// <summary>The functions of NCCL 2; a field is the exported name without "nccl". All return a status.</summary>
sealed unsafe class NcclApi
{
    public const int Success = 0;

    public readonly delegate* unmanaged<int*, int> GetVersion;
    public readonly delegate* unmanaged<NcclUniqueId*, int> GetUniqueId;
    /// <summary>out communicator, ranks, id, rank; waits for all ranks.</summary>
    public readonly delegate* unmanaged<nint*, int, NcclUniqueId, int, int> CommInitRank;
    public readonly delegate* unmanaged<nint, int> CommDestroy;
    public readonly delegate* unmanaged<nint, int> CommAbort;
    public readonly delegate* unmanaged<nint, int*, int> CommGetAsyncError;
    /// <summary>from, to (may be from), count, type, reduction, communicator, stream.</summary>
    public readonly delegate* unmanaged<nint, nint, nuint, NcclType, NcclReduction, nint, nint, int> AllReduce;
    /// <summary>from, to, count, type, root, communicator, stream.</summary>
    public readonly delegate* unmanaged<nint, nint, nuint, NcclType, int, nint, nint, int> Broadcast;
    /// <summary>from, to, count of one rank, type, communicator, stream.</summary>
    public readonly delegate* unmanaged<nint, nint, nuint, NcclType, nint, nint, int> AllGather;
    readonly delegate* unmanaged<int, byte*> _getErrorString;
    readonly delegate* unmanaged<nint, byte*> _getLastError;

    /// <summary>Loads NCCL.</summary>
    public NcclApi(ISymbolSource source)
    {
        var find = new Exports(source, CudaLibrary.Nccl);
        GetVersion = (delegate* unmanaged<int*, int>)find["ncclGetVersion"];
        GetUniqueId = (delegate* unmanaged<NcclUniqueId*, int>)find["ncclGetUniqueId"];
        CommInitRank = (delegate* unmanaged<nint*, int, NcclUniqueId, int, int>)find["ncclCommInitRank"];
        CommDestroy = (delegate* unmanaged<nint, int>)find["ncclCommDestroy"];
        CommAbort = (delegate* unmanaged<nint, int>)find["ncclCommAbort"];
        CommGetAsyncError = (delegate* unmanaged<nint, int*, int>)find["ncclCommGetAsyncError"];
        AllReduce = (delegate* unmanaged<nint, nint, nuint, NcclType, NcclReduction, nint, nint, int>)find["ncclAllReduce"];
        Broadcast = (delegate* unmanaged<nint, nint, nuint, NcclType, int, nint, nint, int>)find["ncclBroadcast"];
        AllGather = (delegate* unmanaged<nint, nint, nuint, NcclType, nint, nint, int>)find["ncclAllGather"];
        _getErrorString = (delegate* unmanaged<int, byte*>)find["ncclGetErrorString"];
        _getLastError = (delegate* unmanaged<nint, byte*>)find["ncclGetLastError"];
    }

    /// <summary>Throws what a status means.</summary>
    public void Check(int status, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status != Success) throw new DeviceException(Describe(status, 0, NativeCall.Name("nccl", call)));
    }

    /// <summary>A sentence in NCCL's words.</summary>
    /// <param name="status">Other than success.</param>
    /// <param name="communicator">Whose error it is; 0 for the last one.</param>
    /// <param name="what">What failed.</param>
    public string Describe(int status, nint communicator, string what)
    {
        string detail = (Marshal.PtrToStringUTF8((nint)_getLastError(communicator)) ?? "").Trim();
        return $"{what} failed with {Marshal.PtrToStringUTF8((nint)_getErrorString(status))} ({status})"
            + (detail.Length == 0 ? "." : detail.EndsWith('.') ? $": {detail}" : $": {detail}.");
    }
}
