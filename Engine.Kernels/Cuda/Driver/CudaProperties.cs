using System.Globalization;
using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda.Driver;

/// <summary>What a device says about itself.</summary>
public sealed record CudaProperties
{
    /// <summary>The card's name.</summary>
    public required string Name { get; init; }
    /// <summary>Its number, from 0.</summary>
    public required int Ordinal { get; init; }
    /// <summary>Compute capability: 7.5 is Turing.</summary>
    public required int Major { get; init; }
    /// <summary>The second part of the compute capability.</summary>
    public required int Minor { get; init; }
    /// <summary>Number of multiprocessors.</summary>
    public required int Multiprocessors { get; init; }
    /// <summary>Threads that a multiprocessor holds at once.</summary>
    public required int ThreadsPerMultiprocessor { get; init; }
    /// <summary>Shared memory that a block may have without and with asking for it, in bytes.</summary>
    public required int SharedBytesPerBlock { get; init; }
    /// <summary>The same, for a kernel that asked for it.</summary>
    public required int SharedBytesPerBlockOptIn { get; init; }
    /// <summary>Size of the second-level cache.</summary>
    public required int L2CacheBytes { get; init; }
    /// <summary>Peak bytes per second of the memory; 0 where the driver no longer tells the clock.</summary>
    public required double MemoryBandwidth { get; init; }
    /// <summary>Memory of the card.</summary>
    public required long TotalBytes { get; init; }
    /// <summary>Whether the blocks of a launch may wait for each other.</summary>
    public required bool CooperativeLaunch { get; init; }
    /// <summary>The CUDA version that the driver supports: 12020 is 12.2.</summary>
    public required int DriverVersion { get; init; }

    /// <summary>Whether kernels built for a compute capability run here.</summary>
    public bool Supports(int major, int minor) => (Major, Minor).CompareTo((major, minor)) >= 0;

    /// <summary>Name, compute capability, size, and the CUDA that the driver is for, in a line.</summary>
    public string Describe() => string.Create(CultureInfo.InvariantCulture,
        $"{Name}, compute capability {Major}.{Minor}, {Multiprocessors} multiprocessors, "
        + $"{TotalBytes / (double)(1 << 30):0.#} GiB, ")
        + $"driver for CUDA {DriverVersion / 1000}.{DriverVersion % 1000 / 10}";

    /// <summary>All devices that the driver finds.</summary>
    /// <exception cref="DeviceException">There is no driver, or it finds none.</exception>
    public static IReadOnlyList<CudaProperties> All(ISymbolSource source)
    {
        var driver = new CudaDriver(source);
        return [.. Enumerable.Range(0, driver.Devices).Select(ordinal => Read(driver, ordinal))];
    }

    /// <summary>Asks the driver.</summary>
    internal static unsafe CudaProperties Read(CudaDriver driver, int ordinal)
    {
        if (ordinal < 0 || ordinal >= driver.Devices)
            throw new DeviceException($"There is no device cuda:{ordinal}: the driver finds {driver.Devices}.");
        var api = driver.Api;
        int handle;
        driver.Check(api.DeviceGet(&handle, ordinal));
        int device = handle;
        const int Longest = 256;
        byte* name = stackalloc byte[Longest];
        driver.Check(api.DeviceGetName(name, Longest, device));
        nuint total;
        driver.Check(api.DeviceTotalMem(&total, device));
        return new CudaProperties
        {
            Name = Marshal.PtrToStringUTF8((nint)name) ?? "",
            Ordinal = ordinal,
            Major = Get(DeviceAttribute.ComputeCapabilityMajor),
            Minor = Get(DeviceAttribute.ComputeCapabilityMinor),
            Multiprocessors = Get(DeviceAttribute.Multiprocessors),
            ThreadsPerMultiprocessor = Get(DeviceAttribute.ThreadsPerMultiprocessor),
            SharedBytesPerBlock = Get(DeviceAttribute.SharedBytesPerBlock),
            SharedBytesPerBlockOptIn = Get(DeviceAttribute.SharedBytesPerBlockOptIn),
            L2CacheBytes = Get(DeviceAttribute.L2CacheBytes),
            MemoryBandwidth = 2.0 * Get(DeviceAttribute.MemoryClockKilohertz) * 1000 * Get(DeviceAttribute.MemoryBusBits) / 8,
            TotalBytes = (long)total,
            CooperativeLaunch = Get(DeviceAttribute.CooperativeLaunch) != 0,
            DriverVersion = driver.Version,
        };

        int Get(DeviceAttribute attribute)
        {
            int value;
            driver.Check(api.DeviceGetAttribute(&value, attribute, device));
            return value;
        }
    }
}
