using System.Globalization;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Kernels.Cuda.Native;
using Ssgan.Gan.Settings;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Commands;

/// <summary>From "--device" to a device.</summary>
static class DeviceChoice
{
    const int MostThreads = 1024;

    /// <summary>Opens what the command line names. "auto" takes the first GPU where there is a driver, else the CPU.</summary>
    /// <param name="name">"auto", "cpu", "cuda" or "cuda:i".</param>
    /// <param name="threads">Threads of the CPU; 0 takes all.</param>
    /// <param name="libraries">NVIDIA's libraries.</param>
    /// <param name="notice">Told, in a sentence, why "auto" does not use a GPU whose driver is there.</param>
    /// <param name="options">How a GPU is used, and whether a CPU keeps to plain sums (Deterministic); null for the
    /// defaults.</param>
    /// <exception cref="UsageException">There is no such kind of device.</exception>
    /// <exception cref="DeviceException">The GPU cannot be used; the message says why.</exception>
    public static Device Open(string name, int threads, ISymbolSource libraries, Action<string> notice,
        CudaOptions? options = null)
    {
        if (threads is < 0 or > MostThreads)
            throw new UsageException($"--threads is {threads}; it takes 0 (all cores) to {MostThreads}.");
        if (name == "cpu") return Cpu(threads, options);
        if (name == "auto") return Auto(threads, libraries, notice, options);
        int index = 0;
        if (name != "cuda" && !(name.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(5), NumberStyles.None, null, out index)))
            throw new UsageException($"--device takes auto, cpu, cuda or cuda:i, not \"{name}\".");
        return Device.Cuda(index, libraries, options);
    }

    static Device Auto(int threads, ISymbolSource libraries, Action<string> notice, CudaOptions? options)
    {
        if (libraries.Open(CudaLibrary.Driver).Path is null) return Cpu(threads, options);
        try
        {
            return Device.Cuda(0, libraries, options);
        }
        catch (DeviceException e)
        {
            notice($"The CPU is used, because the GPU cannot be: {e.Message}");
            return Cpu(threads, options);
        }
    }

    static Device Cpu(int threads, CudaOptions? options) =>
        Device.Cpu(threads, allowWinograd: options is not { Deterministic: true });

    /// <summary>Refuses arithmetic that a device does not have.</summary>
    /// <exception cref="UsageException">The device has no such arithmetic.</exception>
    public static void CheckPrecision(Device device, string precision)
    {
        if (Arithmetic.Refusal(device, precision) is { } why) throw new UsageException($"--precision {precision} {why}.");
    }
}
