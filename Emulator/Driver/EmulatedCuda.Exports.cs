namespace Ssgan.Emulator;

// The names of the driver's functions, with what each needs before it starts.
public sealed unsafe partial class EmulatedCuda
{
    const Check Init_ = Check.Init, Ctx = Check.Context, Unsafe = Check.Context | Check.Unsafe,
        Release = Check.Context | Check.Release;

    void ExportDriver()
    {
        _driver.I("cuInit", Check.None, Init);
        _driver.P("cuDriverGetVersion", Check.None, DriverGetVersion);
        _driver.IP("cuGetErrorName", Check.None, GetErrorName);
        _driver.IP("cuGetErrorString", Check.None, GetErrorString);

        _driver.P("cuDeviceGetCount", Init_, DeviceGetCount);
        _driver.PI("cuDeviceGet", Init_, DeviceGet);
        _driver.PII("cuDeviceGetName", Init_, DeviceGetName);
        _driver.PII("cuDeviceGetAttribute", Init_, DeviceGetAttribute);
        _driver.PI("cuDeviceTotalMem_v2", Init_, DeviceTotalMem);
        _driver.PI("cuDeviceGetUuid_v2", Init_, DeviceGetUuid);
        _driver.PII("cuDeviceGetPCIBusId", Init_, DeviceGetPciBusId);

        _driver.PI("cuDevicePrimaryCtxRetain", Init_, PrimaryCtxRetain);
        _driver.I("cuDevicePrimaryCtxRelease_v2", Init_, PrimaryCtxRelease);
        _driver.I("cuDevicePrimaryCtxReset_v2", Init_, PrimaryCtxReset);
        _driver.II("cuDevicePrimaryCtxSetFlags_v2", Init_, PrimaryCtxSetFlags);
        _driver.P("cuCtxSetCurrent", Init_, CtxSetCurrent);
        _driver.P("cuCtxGetCurrent", Init_, CtxGetCurrent);
        _driver.P("cuCtxPushCurrent_v2", Init_, CtxPushCurrent);
        _driver.P("cuCtxPopCurrent_v2", Init_, CtxPopCurrent);
        _driver.None("cuCtxSynchronize", Ctx, CtxSynchronize);
        _driver.PP("cuCtxGetStreamPriorityRange", Ctx, CtxGetStreamPriorityRange);
        _driver.IP("cuCtxSetLimit", Ctx, CtxSetLimit);
        _driver.PI("cuCtxGetLimit", Ctx, CtxGetLimit);

        _driver.PP("cuModuleLoadData", Unsafe, ModuleLoadData);
        _driver.PPIPP("cuModuleLoadDataEx", Unsafe, ModuleLoadDataEx);
        _driver.P("cuModuleUnload", Release, ModuleUnload);
        _driver.PPP("cuModuleGetFunction", Ctx, ModuleGetFunction);
        _driver.PPPP("cuModuleGetGlobal_v2", Ctx, ModuleGetGlobal);
        _driver.PIP("cuFuncGetAttribute", Ctx, FuncGetAttribute);
        _driver.PII("cuFuncSetAttribute", Ctx, FuncSetAttribute);
        _driver.PPPP("cuFuncGetParamInfo", Ctx, FuncGetParamInfo);
        _driver.P("cuFuncLoad", Ctx, FuncLoad);
        _driver.PI("cuFuncSetCacheConfig", Ctx, FuncSetCacheConfig);

        _driver.PI7P3("cuLaunchKernel", Ctx, LaunchKernel);
        _driver.PI7P2("cuLaunchCooperativeKernel", Ctx, LaunchCooperativeKernel);
        _driver.PPPP("cuLaunchKernelEx", Ctx, LaunchKernelEx);
        _driver.PPP("cuLaunchHostFunc", Ctx, LaunchHostFunc);
        _driver.PPIP("cuOccupancyMaxActiveBlocksPerMultiprocessor", Ctx, OccupancyMaxActiveBlocks);
        _driver.PPPPPI("cuOccupancyMaxPotentialBlockSize", Ctx, OccupancyMaxPotentialBlockSize);
        _driver.PPII("cuOccupancyAvailableDynamicSMemPerBlock", Ctx, OccupancyAvailableDynamicShared);

        ExportMemory();
        ExportStreams();
    }

    void ExportMemory()
    {
        _driver.PP("cuMemAlloc_v2", Unsafe, MemAlloc);
        _driver.P("cuMemFree_v2", Unsafe | Release, MemFree);
        _driver.PP("cuMemGetInfo_v2", Ctx, MemGetInfo);
        _driver.PPI("cuMemHostAlloc", Unsafe, MemHostAlloc);
        _driver.PP("cuMemAllocHost_v2", Unsafe, MemAllocHost);
        _driver.P("cuMemFreeHost", Unsafe | Release, MemFreeHost);
        _driver.PPI("cuMemHostRegister_v2", Unsafe, MemHostRegister);
        _driver.P("cuMemHostUnregister", Unsafe | Release, MemHostUnregister);
        _driver.PPI("cuMemHostGetDevicePointer_v2", Ctx, MemHostGetDevicePointer);
        _driver.PPP("cuMemAllocAsync", Ctx, MemAllocAsync);
        _driver.PP("cuMemFreeAsync", Ctx, MemFreeAsync);

        _driver.PPP("cuMemcpyHtoD_v2", Unsafe, MemcpyHtoD);
        _driver.PPP("cuMemcpyDtoH_v2", Unsafe, MemcpyDtoH);
        _driver.PPP("cuMemcpyDtoD_v2", Unsafe, MemcpyDtoD);
        _driver.PPPP("cuMemcpyHtoDAsync_v2", Ctx, MemcpyHtoDAsync);
        _driver.PPPP("cuMemcpyDtoHAsync_v2", Ctx, MemcpyDtoHAsync);
        _driver.PPPP("cuMemcpyDtoDAsync_v2", Ctx, MemcpyDtoDAsync);
        _driver.PIP("cuMemsetD8_v2", Unsafe, (address, value, count) => Memset(address, value, 1, count, 0));
        _driver.PIP("cuMemsetD16_v2", Unsafe, (address, value, count) => Memset(address, value, 2, count, 0));
        _driver.PIP("cuMemsetD32_v2", Unsafe, (address, value, count) => Memset(address, value, 4, count, 0));
        _driver.PIPP("cuMemsetD8Async", Ctx, (address, value, count, stream) => Memset(address, value, 1, count, stream));
        _driver.PIPP("cuMemsetD16Async", Ctx, (address, value, count, stream) => Memset(address, value, 2, count, stream));
        _driver.PIPP("cuMemsetD32Async", Ctx, (address, value, count, stream) => Memset(address, value, 4, count, stream));
    }

    void ExportStreams()
    {
        _driver.PI("cuStreamCreate", Ctx, StreamCreate);
        _driver.PII("cuStreamCreateWithPriority", Ctx, (result, flags, _) => StreamCreate(result, flags));
        _driver.P("cuStreamDestroy_v2", Release, StreamDestroy);
        _driver.P("cuStreamSynchronize", Ctx, StreamSynchronize);
        _driver.P("cuStreamQuery", Ctx, StreamQuery);
        _driver.PPI("cuStreamWaitEvent", Ctx, StreamWaitEvent);

        _driver.PI("cuEventCreate", Ctx, EventCreate);
        _driver.P("cuEventDestroy_v2", Release, EventDestroy);
        _driver.PP("cuEventRecord", Ctx, EventRecord);
        _driver.P("cuEventSynchronize", Ctx, EventSynchronize);
        _driver.P("cuEventQuery", Unsafe, EventQuery);
        _driver.PPP("cuEventElapsedTime", Ctx, EventElapsedTime);
        _driver.PPP("cuEventElapsedTime_v2", Ctx, EventElapsedTime);

        _driver.PI("cuStreamBeginCapture_v2", Ctx, StreamBeginCapture);
        _driver.PP("cuStreamEndCapture", Ctx, StreamEndCapture);
        _driver.PP("cuStreamIsCapturing", Ctx, StreamIsCapturing);
        _driver.P("cuThreadExchangeStreamCaptureMode", Init_, ThreadExchangeStreamCaptureMode);
        _driver.PPP("cuGraphInstantiateWithFlags", Ctx, GraphInstantiateWithFlags);
        _driver.PP("cuGraphUpload", Ctx, GraphUpload);
        _driver.PP("cuGraphLaunch", Ctx, GraphLaunch);
        _driver.PPP("cuGraphExecUpdate_v2", Ctx, GraphExecUpdate);
        _driver.P("cuGraphExecDestroy", Release, GraphExecDestroy);
        _driver.P("cuGraphDestroy", Release, GraphDestroy);
        _driver.PPP("cuGraphGetNodes", Ctx, GraphGetNodes);

        _driver.None("cuProfilerStart", Ctx, () => { });
        _driver.None("cuProfilerStop", Ctx, () => { });
    }
}
