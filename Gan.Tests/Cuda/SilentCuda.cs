using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Tests.Cuda;

/// <summary>
/// A driver, and if wanted a cuDNN, that says yes to everything, does nothing and allocates nothing: for counting what the
/// backend itself leaves behind.
/// </summary>
sealed unsafe class SilentCuda(bool hasCuDnn = false) : ISymbolSource
{
    /// <summary>Where its one block of device memory lies, for every allocation. Nobody reads it.</summary>
    public const nint Memory = 1 << 20;

    public LibraryLookup Open(CudaLibrary library) =>
        new(library == CudaLibrary.Driver || hasCuDnn && library == CudaLibrary.CuDnn ? "silent" : null, ["silent"]);

    public nint Find(CudaLibrary library, string symbol) => symbol switch
    {
        "cuDriverGetVersion" => (nint)(delegate* unmanaged<int*, int>)&Version,
        // A count, a capability, a number of multiprocessors: eight of anything.
        "cuDeviceGetCount" or "cuDeviceGetAttribute" or "cuOccupancyMaxActiveBlocksPerMultiprocessor" =>
            (nint)(delegate* unmanaged<int*, int>)&Eight,
        "cuMemAlloc_v2" or "cuStreamCreate" or "cuDevicePrimaryCtxRetain" or "cuModuleLoadDataEx"
            or "cuModuleGetFunction" or "cudnnCreate" =>
            (nint)(delegate* unmanaged<nint*, int>)&Handle,
        "cuFuncGetParamInfo" => 0,
        "cudnnBackendCreateDescriptor" => (nint)(delegate* unmanaged<int, nint*, int>)&Descriptor,
        "cudnnBackendGetAttribute" => (nint)(delegate* unmanaged<nint, int, int, long, long*, long*, int>)&Attribute,
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
    static int Descriptor(int type, nint* value)
    {
        *value = Memory;
        return 0;
    }

    /// <summary>One engine, without notes, of number 0, whose plan needs no workspace.</summary>
    [UnmanagedCallersOnly]
    static int Attribute(nint descriptor, int name, int type, long room, long* count, long* values)
    {
        *count = name is (int)CuDnnAttribute.EngineNumericalNotes or (int)CuDnnAttribute.EngineBehaviorNotes ? 0 : 1;
        if (name is (int)CuDnnAttribute.EngineIndex or (int)CuDnnAttribute.PlanWorkspaceBytes) *values = 0;
        return 0;
    }

    [UnmanagedCallersOnly]
    static int Nothing() => 0;
}
