namespace Ssgan.Engine.Kernels.Cuda.Native;

/// <summary>The driver's status codes that the code tells apart; all others are only reported.</summary>
static class DriverStatus
{
    public const int
        Success = 0,
        InvalidValue = 1,
        OutOfMemory = 2,
        NoDevice = 100,
        InvalidDevice = 101,
        NotReady = 600;

    /// <summary>After one of these every call in the context fails: a kernel or the hardware did something that cannot be undone.</summary>
    public static bool IsFatal(int status) => status is 214 or 700 or 702 or 709 or 710 or (>= 714 and <= 719);
}

/// <summary>Numbers of the driver's interface.</summary>
static class DriverConstants
{
    // CUdevice_attribute.
    public const int
        WarpSize = 10,
        MultiprocessorCount = 16,
        SharedMemoryPerBlock = 8,
        MemoryClockKilohertz = 36,
        MemoryBusBits = 37,
        L2CacheBytes = 38,
        ThreadsPerMultiprocessor = 39,
        ComputeCapabilityMajor = 75,
        ComputeCapabilityMinor = 76,
        CooperativeLaunch = 95,
        SharedMemoryPerBlockOptIn = 97;

    // CUjit_option.
    public const int JitErrorLogBuffer = 5, JitErrorLogBufferBytes = 6;

    // CUfunction_attribute.
    public const int FunctionSharedBytes = 1, FunctionLocalBytes = 3, FunctionRegisters = 4, FunctionMaxDynamicSharedBytes = 8;

    public const uint StreamNonBlocking = 1, EventDisableTiming = 2;

    // CUstreamCaptureMode.
    public const int CaptureRelaxed = 2;

    public const uint HostAllocPortable = 1;
}
