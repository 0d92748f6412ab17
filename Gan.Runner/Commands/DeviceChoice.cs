using System.Globalization;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Gan.Settings;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>From "--device" to a device.</summary>
static class DeviceChoice
{
    const int MostThreads = 1024;

    /// <summary>Opens what the command line names. "auto" takes the first GPU where there is a driver, else the CPU.</summary>
    /// <param name="devices">Where it is.</param>
    /// <param name="name">"auto", "cpu", "cuda" or "cuda:i".</param>
    /// <param name="options">How it is used.</param>
    /// <param name="notice">Told, in a sentence, why "auto" does not use a GPU whose driver is there.</param>
    /// <exception cref="UsageException">There is no such kind of device.</exception>
    /// <exception cref="DeviceException">The GPU cannot be used; the message says why.</exception>
    public static Device Open(Devices devices, string name, DeviceOptions options, Action<string> notice)
    {
        if (options.Threads is < 0 or > MostThreads)
            throw new UsageException($"--threads is {options.Threads}; it takes 0 (all cores) to {MostThreads}.");
        if (name == "cpu") return Devices.OpenCpu(options);
        if (name == "auto") return Auto(devices, options, notice);
        int index = 0;
        if (name != "cuda" && !(name.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(5), NumberStyles.None, null, out index)))
            throw new UsageException($"--device takes auto, cpu, cuda or cuda:i, not \"{name}\".");
        return devices.OpenGpu(index, options);
    }

    static Device Auto(Devices devices, DeviceOptions options, Action<string> notice)
    {
        if (!devices.HasGpuDriver) return Devices.OpenCpu(options);
        try
        {
            return devices.OpenGpu(0, options);
        }
        catch (DeviceException e)
        {
            notice($"The CPU is used, because the GPU cannot be: {e.Message}");
            return Devices.OpenCpu(options);
        }
    }

    /// <summary>Refuses arithmetic that a device does not have.</summary>
    /// <exception cref="UsageException">The device has no such arithmetic.</exception>
    public static void CheckPrecision(Device device, string precision)
    {
        if (Arithmetic.Refusal(device, precision) is { } why) throw new UsageException($"--precision {precision} {why}.");
    }
}
