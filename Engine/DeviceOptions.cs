using Ssgan.Engine.Kernels.Cuda;

namespace Ssgan.Engine;

/// <summary>How a device is used that <see cref="Devices"/> opens. What does not concern its kind is ignored.</summary>
public sealed record DeviceOptions
{
    /// <summary>CPU: threads that a loop may use; 0 takes one per logical processor.</summary>
    public int Threads { get; init; }

    /// <summary>
    /// GPU: all plans of the installed libraries for a convolution are timed when it is first met, and the fastest is kept.
    /// </summary>
    public bool Autotune { get; init; }

    /// <summary>
    /// GPU: only plans that repeat their results bit for bit are considered. CPU: convolutions are plain sums, slower and a
    /// little more accurate.
    /// </summary>
    public bool Deterministic { get; init; }

    /// <summary>GPU: where choices of plans are kept from run to run; null keeps none.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>
    /// This user's folder for what can be made again: under XDG_CACHE_HOME or ~/.cache, on Windows LOCALAPPDATA; null where there
    /// is none.
    /// </summary>
    public static string? UserCacheFolder() => CudaOptions.UserCacheFolder();
}
