using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda;

/// <summary>How a GPU is used.</summary>
public sealed record CudaOptions
{
    /// <summary>
    /// Whether products and convolutions run on cuBLAS and cuDNN where these are installed; false: on our own kernels.
    /// </summary>
    public bool UseLibraries { get; init; } = true;

    /// <summary>What <see cref="CudaBackend.AllowTf32"/> starts as.</summary>
    public bool AllowTf32 { get; init; }

    /// <summary>
    /// Whether all of cuDNN's plans for a convolution are timed on the device when it is first met, and the fastest is kept.
    /// Otherwise its first suitable one by cuDNN's own estimate is taken.
    /// </summary>
    public bool Autotune { get; init; }

    /// <summary>
    /// Whether only plans that repeat their results bit for bit are considered. Without <see cref="Autotune"/> no other plan is
    /// ever taken, for nothing says that it would be faster; with it, one may be where it was measured to be.
    /// </summary>
    public bool Deterministic { get; init; }

    /// <summary>Where choices of plans are kept from run to run; null keeps none.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Whether a plan may be taken whose results vary in their last bits.</summary>
    internal bool MayVary => Autotune && !Deterministic;

    /// <summary>
    /// This user's folder for what can be made again: under XDG_CACHE_HOME or ~/.cache, on Windows LOCALAPPDATA; null
    /// where there is none.
    /// </summary>
    public static string? UserCacheFolder() => UserCacheFolder(new LibraryHost());

    internal static string? UserCacheFolder(LibraryHost host)
    {
        // The XDG specification has relative paths ignored.
        string? root = host.IsWindows ? host.Variable("LOCALAPPDATA")
            : host.Variable("XDG_CACHE_HOME") is { } cache && cache.StartsWith('/') ? cache
            : host.Variable("HOME") is { } home ? $"{home}/.cache" : null;
        return root is null ? null : Path.Combine(root, "ssgan");
    }
}
