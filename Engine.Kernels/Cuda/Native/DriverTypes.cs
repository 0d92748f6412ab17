namespace Ssgan.Engine.Kernels.Cuda.Native;

/// <summary>The driver's status codes that the code tells apart (CUresult); all others are only reported.</summary>
static class DriverStatus
{
    public const int
        Success = 0,
        OutOfMemory = 2,
        NotReady = 600,
        CaptureInvalidated = 901;

    /// <summary>
    /// After one of these every call in the context fails: a kernel or the hardware did something that cannot be undone.
    /// </summary>
    public static bool IsFatal(int status) => status is 214 or 700 or 702 or 709 or 710 or (>= 714 and <= 719);
}

/// <summary>CUdevice_attribute.</summary>
enum DeviceAttribute
{
    SharedBytesPerBlock = 8,
    Multiprocessors = 16,
    MemoryClockKilohertz = 36,
    MemoryBusBits = 37,
    L2CacheBytes = 38,
    ThreadsPerMultiprocessor = 39,
    ComputeCapabilityMajor = 75,
    ComputeCapabilityMinor = 76,
    CooperativeLaunch = 95,
    SharedBytesPerBlockOptIn = 97,
}

/// <summary>CUfunction_attribute.</summary>
enum FunctionAttribute { MaxThreadsPerBlock = 0, SharedBytes = 1, MaxDynamicSharedBytes = 8 }

/// <summary>CUjit_option.</summary>
enum JitOption { ErrorLogBuffer = 5, ErrorLogBufferBytes = 6 }

/// <summary>CUstream_flags.</summary>
enum StreamFlags : uint { NonBlocking = 1 }

/// <summary>CUevent_flags.</summary>
enum EventFlags : uint { None = 0, DisableTiming = 2 }

/// <summary>CUmemHostAlloc flags.</summary>
enum HostAllocFlags : uint { Portable = 1 }

/// <summary>CUstreamCaptureMode.</summary>
enum CaptureMode { Relaxed = 2 }
