namespace Ssgan.Engine.Kernels.Cuda.Native;

/// <summary>
/// The functions of the CUDA driver that we call; a field is the exported name without "cu" and without the version's suffix.
/// All return a status. Handles and device pointers are <see cref="nint"/>; a <c>CUdevice</c> is an int.
/// </summary>
sealed unsafe class DriverApi
{
    public readonly delegate* unmanaged<uint, int> Init;
    public readonly delegate* unmanaged<int*, int> DriverGetVersion;
    public readonly delegate* unmanaged<int, byte**, int> GetErrorName;
    public readonly delegate* unmanaged<int, byte**, int> GetErrorString;

    public readonly delegate* unmanaged<int*, int> DeviceGetCount;
    public readonly delegate* unmanaged<int*, int, int> DeviceGet;
    public readonly delegate* unmanaged<byte*, int, int, int> DeviceGetName;
    public readonly delegate* unmanaged<int*, DeviceAttribute, int, int> DeviceGetAttribute;
    public readonly delegate* unmanaged<nuint*, int, int> DeviceTotalMem;

    public readonly delegate* unmanaged<nint*, int, int> DevicePrimaryCtxRetain;
    public readonly delegate* unmanaged<int, int> DevicePrimaryCtxRelease;
    public readonly delegate* unmanaged<nint, int> CtxSetCurrent;

    public readonly delegate* unmanaged<nint*, void*, uint, JitOption*, void**, int> ModuleLoadDataEx;
    public readonly delegate* unmanaged<nint, int> ModuleUnload;
    public readonly delegate* unmanaged<nint*, nint, byte*, int> ModuleGetFunction;
    public readonly delegate* unmanaged<int*, FunctionAttribute, nint, int> FuncGetAttribute;
    public readonly delegate* unmanaged<nint, FunctionAttribute, int, int> FuncSetAttribute;
    /// <summary>From driver 12.4 on; null before.</summary>
    public readonly delegate* unmanaged<nint, nuint, nuint*, nuint*, int> FuncGetParamInfo;

    public readonly delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int> LaunchKernel;
    public readonly delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**,
        int> LaunchCooperativeKernel;
    public readonly delegate* unmanaged<int*, nint, int, nuint, int> OccupancyMaxActiveBlocksPerMultiprocessor;

    public readonly delegate* unmanaged<nint*, nuint, int> MemAlloc;
    public readonly delegate* unmanaged<nint, int> MemFree;
    public readonly delegate* unmanaged<nuint*, nuint*, int> MemGetInfo;
    public readonly delegate* unmanaged<void**, nuint, HostAllocFlags, int> MemHostAlloc;
    public readonly delegate* unmanaged<void*, int> MemFreeHost;
    public readonly delegate* unmanaged<nint, void*, nuint, nint, int> MemcpyHtoDAsync;
    public readonly delegate* unmanaged<void*, nint, nuint, nint, int> MemcpyDtoHAsync;
    public readonly delegate* unmanaged<nint, nint, nuint, nint, int> MemcpyDtoDAsync;
    public readonly delegate* unmanaged<nint, byte, nuint, nint, int> MemsetD8Async;

    public readonly delegate* unmanaged<nint*, StreamFlags, int> StreamCreate;
    public readonly delegate* unmanaged<nint, int> StreamDestroy;
    public readonly delegate* unmanaged<nint, int> StreamSynchronize;
    public readonly delegate* unmanaged<nint, nint, uint, int> StreamWaitEvent;
    public readonly delegate* unmanaged<nint*, EventFlags, int> EventCreate;
    public readonly delegate* unmanaged<nint, int> EventDestroy;
    public readonly delegate* unmanaged<nint, nint, int> EventRecord;
    public readonly delegate* unmanaged<nint, int> EventSynchronize;
    public readonly delegate* unmanaged<nint, int> EventQuery;
    public readonly delegate* unmanaged<float*, nint, nint, int> EventElapsedTime;

    public readonly delegate* unmanaged<nint, CaptureMode, int> StreamBeginCapture;
    public readonly delegate* unmanaged<nint, nint*, int> StreamEndCapture;
    public readonly delegate* unmanaged<nint*, nint, ulong, int> GraphInstantiateWithFlags;
    public readonly delegate* unmanaged<nint, nint, int> GraphLaunch;
    public readonly delegate* unmanaged<nint, int> GraphExecDestroy;
    public readonly delegate* unmanaged<nint, int> GraphDestroy;

    /// <summary>Loads the driver's library.</summary>
    public DriverApi(ISymbolSource source)
    {
        var find = new Exports(source, CudaLibrary.Driver);
        Init = (delegate* unmanaged<uint, int>)find["cuInit"];
        DriverGetVersion = (delegate* unmanaged<int*, int>)find["cuDriverGetVersion"];
        GetErrorName = (delegate* unmanaged<int, byte**, int>)find["cuGetErrorName"];
        GetErrorString = (delegate* unmanaged<int, byte**, int>)find["cuGetErrorString"];

        DeviceGetCount = (delegate* unmanaged<int*, int>)find["cuDeviceGetCount"];
        DeviceGet = (delegate* unmanaged<int*, int, int>)find["cuDeviceGet"];
        DeviceGetName = (delegate* unmanaged<byte*, int, int, int>)find["cuDeviceGetName"];
        DeviceGetAttribute = (delegate* unmanaged<int*, DeviceAttribute, int, int>)find["cuDeviceGetAttribute"];
        DeviceTotalMem = (delegate* unmanaged<nuint*, int, int>)find["cuDeviceTotalMem_v2"];

        DevicePrimaryCtxRetain = (delegate* unmanaged<nint*, int, int>)find["cuDevicePrimaryCtxRetain"];
        DevicePrimaryCtxRelease = (delegate* unmanaged<int, int>)find["cuDevicePrimaryCtxRelease_v2"];
        CtxSetCurrent = (delegate* unmanaged<nint, int>)find["cuCtxSetCurrent"];

        ModuleLoadDataEx = (delegate* unmanaged<nint*, void*, uint, JitOption*, void**, int>)find["cuModuleLoadDataEx"];
        ModuleUnload = (delegate* unmanaged<nint, int>)find["cuModuleUnload"];
        ModuleGetFunction = (delegate* unmanaged<nint*, nint, byte*, int>)find["cuModuleGetFunction"];
        FuncGetAttribute = (delegate* unmanaged<int*, FunctionAttribute, nint, int>)find["cuFuncGetAttribute"];
        FuncSetAttribute = (delegate* unmanaged<nint, FunctionAttribute, int, int>)find["cuFuncSetAttribute"];
        FuncGetParamInfo = (delegate* unmanaged<nint, nuint, nuint*, nuint*, int>)find.Optional("cuFuncGetParamInfo");

        LaunchKernel = (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int>)find[
            "cuLaunchKernel"];
        LaunchCooperativeKernel =
            (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, int>)find[
                "cuLaunchCooperativeKernel"];
        OccupancyMaxActiveBlocksPerMultiprocessor =
            (delegate* unmanaged<int*, nint, int, nuint, int>)find["cuOccupancyMaxActiveBlocksPerMultiprocessor"];

        MemAlloc = (delegate* unmanaged<nint*, nuint, int>)find["cuMemAlloc_v2"];
        MemFree = (delegate* unmanaged<nint, int>)find["cuMemFree_v2"];
        MemGetInfo = (delegate* unmanaged<nuint*, nuint*, int>)find["cuMemGetInfo_v2"];
        MemHostAlloc = (delegate* unmanaged<void**, nuint, HostAllocFlags, int>)find["cuMemHostAlloc"];
        MemFreeHost = (delegate* unmanaged<void*, int>)find["cuMemFreeHost"];
        MemcpyHtoDAsync = (delegate* unmanaged<nint, void*, nuint, nint, int>)find["cuMemcpyHtoDAsync_v2"];
        MemcpyDtoHAsync = (delegate* unmanaged<void*, nint, nuint, nint, int>)find["cuMemcpyDtoHAsync_v2"];
        MemcpyDtoDAsync = (delegate* unmanaged<nint, nint, nuint, nint, int>)find["cuMemcpyDtoDAsync_v2"];
        MemsetD8Async = (delegate* unmanaged<nint, byte, nuint, nint, int>)find["cuMemsetD8Async"];

        StreamCreate = (delegate* unmanaged<nint*, StreamFlags, int>)find["cuStreamCreate"];
        StreamDestroy = (delegate* unmanaged<nint, int>)find["cuStreamDestroy_v2"];
        StreamSynchronize = (delegate* unmanaged<nint, int>)find["cuStreamSynchronize"];
        StreamWaitEvent = (delegate* unmanaged<nint, nint, uint, int>)find["cuStreamWaitEvent"];
        EventCreate = (delegate* unmanaged<nint*, EventFlags, int>)find["cuEventCreate"];
        EventDestroy = (delegate* unmanaged<nint, int>)find["cuEventDestroy_v2"];
        EventRecord = (delegate* unmanaged<nint, nint, int>)find["cuEventRecord"];
        EventSynchronize = (delegate* unmanaged<nint, int>)find["cuEventSynchronize"];
        EventQuery = (delegate* unmanaged<nint, int>)find["cuEventQuery"];
        EventElapsedTime = (delegate* unmanaged<float*, nint, nint, int>)find.Either("cuEventElapsedTime_v2",
            "cuEventElapsedTime");

        StreamBeginCapture = (delegate* unmanaged<nint, CaptureMode, int>)find["cuStreamBeginCapture_v2"];
        StreamEndCapture = (delegate* unmanaged<nint, nint*, int>)find["cuStreamEndCapture"];
        GraphInstantiateWithFlags = (delegate* unmanaged<nint*, nint, ulong, int>)find["cuGraphInstantiateWithFlags"];
        GraphLaunch = (delegate* unmanaged<nint, nint, int>)find["cuGraphLaunch"];
        GraphExecDestroy = (delegate* unmanaged<nint, int>)find["cuGraphExecDestroy"];
        GraphDestroy = (delegate* unmanaged<nint, int>)find["cuGraphDestroy"];
    }
}
