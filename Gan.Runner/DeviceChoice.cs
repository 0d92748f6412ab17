using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace Ssgan.Runner;

/// <summary>From "--device" to a device.</summary>
static class DeviceChoice
{
    const int MostThreads = 1024;

    /// <summary>Opens what the command line names; "auto" is the CPU, for want of another backend.</summary>
    /// <exception cref="UsageException">There is no such kind of device.</exception>
    /// <exception cref="DeviceException">There is no CUDA backend.</exception>
    public static Device Open(string name, int threads)
    {
        if (threads is < 0 or > MostThreads) throw new UsageException($"--threads is {threads}; it takes 0 (all cores) to {MostThreads}.");
        if (name is "auto" or "cpu") return Device.Cpu(threads);
        if (name == "cuda" || name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name.AsSpan(5), out int index) && index >= 0)
            throw new DeviceException($"--device {name}: this version has no CUDA backend and runs on the CPU only; use --device cpu.");
        throw new UsageException($"--device takes auto, cpu, cuda or cuda:i, not \"{name}\".");
    }

    /// <summary>Refuses arithmetic that a device does not have.</summary>
    /// <exception cref="UsageException">The device has no such arithmetic.</exception>
    public static void CheckPrecision(Device device, string precision)
    {
        if (device.Name == "cpu" && precision != "f32") throw new UsageException($"--precision {precision} needs a GPU; the CPU computes in f32.");
    }
}
