using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine;

/// <summary>The devices of a machine. Nothing is looked for before the first question.</summary>
public sealed class Devices
{
    readonly ISymbolSource _libraries;

    /// <summary>This machine.</summary>
    public Devices() : this(new NativeLibraries())
    {
    }

    /// <summary>A machine whose libraries of GPUs come from elsewhere, such as an emulated device.</summary>
    public Devices(ISymbolSource libraries)
    {
        ArgumentNullException.ThrowIfNull(libraries);
        _libraries = libraries;
    }

    /// <summary>The driver of NVIDIA's GPUs: without one there is only the CPU.</summary>
    public LibraryLookup GpuDriver => _libraries.Open(CudaLibrary.Driver);

    /// <summary>Whether there is a driver of GPUs.</summary>
    public bool HasGpuDriver => GpuDriver.Path is not null;

    /// <summary>The host's cores.</summary>
    public static Device OpenCpu(DeviceOptions? options = null) =>
        Device.Cpu(options?.Threads ?? 0, allowWinograd: options is not { Deterministic: true });

    /// <summary>A GPU.</summary>
    /// <param name="index">Its number.</param>
    /// <param name="options">How it is used; null for the defaults.</param>
    /// <exception cref="DeviceException">There is no driver, or no such GPU.</exception>
    public Device OpenGpu(int index = 0, DeviceOptions? options = null) => Device.Cuda(index, _libraries, options is null ? null
        : new CudaOptions
        {
            Autotune = options.Autotune, Deterministic = options.Deterministic, CacheFolder = options.CacheFolder,
        });
}
