using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Benchmarks.Kit;

/// <summary>What the machine is.</summary>
static class About
{
    /// <summary>
    /// How a card is timed: with plans chosen on it, as the peer's are. Nothing is kept, so that a run does not
    /// depend on one before.
    /// </summary>
    public static CudaOptions Fastest { get; } = new() { Autotune = true };

    /// <summary>Without the card.</summary>
    public static Machine Host() => new(null, null, null, null, null, RuntimeInformation.OSDescription, Runtime())
    {
        Processor = Processor(), Processors = Environment.ProcessorCount,
    };

    /// <summary>Of Ssgan.</summary>
    public static string Release => VersionOf(typeof(Backend));

    /// <summary>The version of what a type comes from.</summary>
    public static string VersionOf(Type type) => type.Assembly.GetName().Version?.ToString(3) ?? "";

    public static Machine Card(CudaBackend card)
    {
        var p = card.Properties;
        return Host() with
        {
            Device = p.Name, ComputeCapability = $"{p.Major}.{p.Minor}",
            Driver = $"CUDA {p.DriverVersion / 1000}.{p.DriverVersion % 1000 / 10}{DriverRelease()}", CuBlas = card.CuBlasVersion,
            CuDnn = card.CuDnnVersion,
        };
    }

    /// <summary>With the card where there is one that can be opened.</summary>
    public static Machine Find(ISymbolSource libraries)
    {
        if (libraries.Open(CudaLibrary.Driver).Path is null) return Host();
        try
        {
            using var card = new CudaBackend(libraries);
            return Card(card);
        }
        catch (DeviceException)
        {
            // The part's own message says what is wrong with the card; this line only names the machine.
            return Host();
        }
    }

    /// <summary>" (580.65.06)": Linux's module says its release, the driver's library only the CUDA version it serves.</summary>
    static string DriverRelease()
    {
        const string file = "/proc/driver/nvidia/version";
        if (!File.Exists(file)) return "";
        string? release = File.ReadLines(file).FirstOrDefault("").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .FirstOrDefault(static w => Version.TryParse(w, out _));
        return release is null ? "" : $" ({release})";
    }

    /// <summary>
    /// Code compiled ahead is named: it is fixed to fewer vector instructions than code compiled on the machine may use.
    /// </summary>
    static string Runtime() =>
        RuntimeInformation.FrameworkDescription + (RuntimeFeature.IsDynamicCodeSupported ? "" : ", compiled ahead");

    /// <summary>The name that Linux or Windows has for the processor; null where neither says one.</summary>
    static string? Processor()
    {
        const string file = "/proc/cpuinfo";
        if (!File.Exists(file)) return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        string? line = File.ReadLines(file).FirstOrDefault(static l => l.StartsWith("model name", StringComparison.Ordinal));
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    public static string NoDriver(LibraryLookup driver) =>
        "This machine has no NVIDIA driver, so this part, which needs a GPU, was left out; looked for "
            + $"{string.Join(", ", driver.Tried)}.";

    /// <summary>One line: card, driver, libraries.</summary>
    public static string Describe(this Machine m) => m.Device is null ? $"no GPU; {Host(m)}"
        : $"{m.Device} (compute capability {m.ComputeCapability}), driver for {m.Driver}, cuBLAS {m.CuBlas ?? "absent"}, cuDNN "
        + $"{m.CuDnn ?? "absent"}, {Host(m)}";

    static string Host(Machine m) =>
        m.Processor is null ? $"{m.System}, {m.Runtime}" : $"{m.Processors} x {m.Processor}, {m.System}, {m.Runtime}";
}
