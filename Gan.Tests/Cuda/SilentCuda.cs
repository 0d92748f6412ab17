using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Tests.Cuda;

/// <summary>A driver that says yes to everything, does nothing and allocates nothing: for counting what the backend itself leaves behind.</summary>
sealed unsafe class SilentCuda : ISymbolSource
{
    /// <summary>Where its one block of device memory lies, for every allocation. Nobody reads it.</summary>
    public const nint Memory = 1 << 20;

    public LibraryLookup Open(CudaLibrary library) => library == CudaLibrary.Driver ? new("silent", ["silent"]) : new(null, ["silent"]);

    public nint Find(CudaLibrary library, string symbol) => symbol switch
    {
        "cuDriverGetVersion" => (nint)(delegate* unmanaged<int*, int>)&Version,
        // A count, a capability, a number of multiprocessors: eight of anything.
        "cuDeviceGetCount" or "cuDeviceGetAttribute" or "cuOccupancyMaxActiveBlocksPerMultiprocessor" => (nint)(delegate* unmanaged<int*, int>)&Eight,
        "cuMemAlloc_v2" or "cuStreamCreate" or "cuDevicePrimaryCtxRetain" or "cuModuleLoadDataEx" or "cuModuleGetFunction" =>
            (nint)(delegate* unmanaged<nint*, int>)&Handle,
        "cuFuncGetParamInfo" => 0,
        _ => (nint)(delegate* unmanaged<int>)&Nothing,
    };

    [UnmanagedCallersOnly]
    static int Version(int* version)
    {
        *version = 13000;
        return 0;
    }

    [UnmanagedCallersOnly]
    static int Eight(int* value)
    {
        *value = 8;
        return 0;
    }

    [UnmanagedCallersOnly]
    static int Handle(nint* value)
    {
        *value = Memory;
        return 0;
    }

    [UnmanagedCallersOnly]
    static int Nothing() => 0;
}
