namespace Ssgan.Emulator;

/// <summary>Status codes of the driver that the emulation returns, with the names and texts of the real library.</summary>
static class CudaStatus
{
    public const int
        Success = 0, InvalidValue = 1, OutOfMemory = 2, NotInitialized = 3, Deinitialized = 4,
            NoDevice = 100, InvalidDevice = 101,
        InvalidContext = 201, NoBinaryForGpu = 209, InvalidPtx = 218, UnsupportedPtxVersion = 222,
            InvalidHandle = 400, IllegalState = 401,
        NotFound = 500, NotReady = 600, IllegalAddress = 700, LaunchOutOfResources = 701,
            LaunchTimeout = 702, ContextIsDestroyed = 709,
        IllegalInstruction = 715, MisalignedAddress = 716, LaunchFailed = 719, CooperativeLaunchTooLarge = 720,
        NotPermitted = 800, NotSupported = 801,
        CaptureUnsupported = 900, CaptureInvalidated = 901, CaptureMerge = 902, CaptureUnmatched = 903, CaptureUnjoined = 904,
        CaptureIsolation = 905, CaptureImplicit = 906, CapturedEvent = 907, CaptureWrongThread = 908,
            GraphExecUpdateFailure = 910, Unknown = 999;

    /// <summary>What a card answers to a fault. What it would not notice, such as a race, is a failed launch here.</summary>
    public static int Of(FaultKind kind) => kind switch
    {
        FaultKind.OutOfBounds or FaultKind.ReadOnly => IllegalAddress,
        FaultKind.Misaligned => MisalignedAddress,
        FaultKind.Unknown => IllegalInstruction,
        FaultKind.NoProgress => LaunchTimeout,
        _ => LaunchFailed,
    };

    /// <summary>The enumerator's name and its text; null for a number that is no status.</summary>
    public static (string Name, string Text)? Describe(int status) => status switch
    {
        Success => ("CUDA_SUCCESS", "no error"),
        InvalidValue => ("CUDA_ERROR_INVALID_VALUE", "invalid argument"),
        OutOfMemory => ("CUDA_ERROR_OUT_OF_MEMORY", "out of memory"),
        NotInitialized => ("CUDA_ERROR_NOT_INITIALIZED", "initialization error"),
        Deinitialized => ("CUDA_ERROR_DEINITIALIZED", "driver shutting down"),
        NoDevice => ("CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"),
        InvalidDevice => ("CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"),
        InvalidContext => ("CUDA_ERROR_INVALID_CONTEXT", "invalid device context"),
        NoBinaryForGpu => ("CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image is available for execution on the device"),
        InvalidPtx => ("CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"),
        UnsupportedPtxVersion =>
            ("CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "the provided PTX was compiled with an unsupported toolchain."),
        InvalidHandle => ("CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"),
        IllegalState => ("CUDA_ERROR_ILLEGAL_STATE", "the operation cannot be performed in the present state"),
        NotFound => ("CUDA_ERROR_NOT_FOUND", "named symbol not found"),
        NotReady => ("CUDA_ERROR_NOT_READY", "device not ready"),
        IllegalAddress => ("CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"),
        LaunchOutOfResources => ("CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "too many resources requested for launch"),
        LaunchTimeout => ("CUDA_ERROR_LAUNCH_TIMEOUT", "the launch timed out and was terminated"),
        ContextIsDestroyed => ("CUDA_ERROR_CONTEXT_IS_DESTROYED", "context is destroyed"),
        IllegalInstruction => ("CUDA_ERROR_ILLEGAL_INSTRUCTION", "an illegal instruction was encountered"),
        MisalignedAddress => ("CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address"),
        LaunchFailed => ("CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"),
        CooperativeLaunchTooLarge => ("CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE", "too many blocks in cooperative launch"),
        NotPermitted => ("CUDA_ERROR_NOT_PERMITTED", "operation not permitted"),
        NotSupported => ("CUDA_ERROR_NOT_SUPPORTED", "operation not supported"),
        CaptureUnsupported => ("CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "operation not permitted when stream is capturing"),
        CaptureInvalidated =>
            ("CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "operation failed due to a previous error during capture"),
        CaptureMerge => ("CUDA_ERROR_STREAM_CAPTURE_MERGE", "operation would result in a merge of separate capture sequences"),
        CaptureUnmatched => ("CUDA_ERROR_STREAM_CAPTURE_UNMATCHED", "capture was not ended in the same stream as it began"),
        CaptureUnjoined => ("CUDA_ERROR_STREAM_CAPTURE_UNJOINED", "capturing stream has unjoined work"),
        CaptureIsolation => ("CUDA_ERROR_STREAM_CAPTURE_ISOLATION", "dependency created on uncaptured work in another stream"),
        CaptureImplicit => ("CUDA_ERROR_STREAM_CAPTURE_IMPLICIT",
            "operation would make the legacy stream depend on a capturing blocking stream"),
        CapturedEvent => ("CUDA_ERROR_CAPTURED_EVENT", "operation not permitted on an event last recorded in a capturing stream"),
        CaptureWrongThread => ("CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD",
            "attempt to terminate a thread-local capture sequence from another thread"),
        GraphExecUpdateFailure =>
            ("CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE",
                "the graph update was not performed because it included changes which violated constraints"),
        Unknown => ("CUDA_ERROR_UNKNOWN", "unknown error"),
        _ => null,
    };
}

/// <summary>
/// Ends a call with a status of its library. The message says what was wrong, which the real library often does not.
/// </summary>
class CudaFailure(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}

/// <summary>The same with a status that is a library's own, to be returned as it is.</summary>
sealed class LibraryFailure(int status, string message) : CudaFailure(status, message);
