using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Kernels.Cuda.Driver;
using Ssgan.Engine.Kernels.Cuda.Native;
using Ssgan.Runner.Terminal;

namespace Ssgan.Runner.Doctor;

/// <summary>
/// The doctor's checks of NVIDIA's driver, cards and libraries. A machine without them is whole: it trains on the CPU.
/// </summary>
static class CudaFindings
{
    public static IEnumerable<Finding> Examine(DoctorProbes probes)
    {
        var libraries = probes.Libraries;
        var driver = libraries.Open(CudaLibrary.Driver);
        if (driver.Path is null)
        {
            yield return new("cuda", FindingState.Note,
                $"no NVIDIA driver, so training runs on the CPU; looked for {Tried(driver)}. "
                + "A card of the Turing generation or newer needs its driver and nothing else");
            yield break;
        }
        yield return new("cuda", FindingState.Note, $"the NVIDIA driver's library is {driver.Path}");
        var (card, failure) = Open(libraries);
        if (failure is not null)
        {
            yield return failure;
            yield break;
        }
        yield return Card(card!.Properties);
        using var device = new Device(card);
        yield return Library(libraries, CudaLibrary.CuBlas, "cublas", card.CuBlasVersion, "matrix products");
        yield return Library(libraries, CudaLibrary.CuDnn, "cudnn", card.CuDnnVersion, "convolutions");
        yield return DoctorReport.Try("gpu engine", "a convolution and its gradients are exact on the card",
            () => DoctorProbes.ConvolveAndDifferentiate(device),
            "run doctor --full, which names the first operation that differs, and update the driver");
        yield return DoctorReport.Try("gpu speed", null, () => probes.MeasureCard(card),
            "close what else uses the card and try again");
    }

    static (CudaBackend? Card, Finding? Failure) Open(ISymbolSource libraries)
    {
        try
        {
            return (new CudaBackend(libraries), null);
        }
        catch (DeviceException e)
        {
            return (null,
                new("gpu", FindingState.Broken, e.Message, "check that nvidia-smi shows the card, and update the driver"));
        }
    }

    static Finding Card(CudaProperties p)
    {
        string found = $"{p.Name}, compute capability {p.Major}.{p.Minor}, {p.Multiprocessors} multiprocessors, "
            + $"{Format.Bytes(p.TotalBytes)}, "
            + $"driver for CUDA {p.DriverVersion / 1000}.{p.DriverVersion % 1000 / 10}";
        return p.Supports(7, 5) ? new("gpu", FindingState.Good, found)
            : new("gpu", FindingState.Broken, $"{found}; 7.5 (Turing) or newer is needed", "use --device cpu, or a newer card");
    }

    static Finding Library(ISymbolSource libraries, CudaLibrary library, string subject, string? version, string use)
    {
        var lookup = libraries.Open(library);
        if (lookup.Path is { } path)
        {
            return version is not null ? new(subject, FindingState.Good, $"{version} at {path}, for {use}")
                : new(subject, FindingState.Note, $"{path} cannot be used, so the engine's own kernels do the {use}, slower");
        }
        return new(subject, FindingState.Note,
            $"not found, so the engine's own kernels do the {use}, slower; looked for {Tried(lookup)}");
    }

    static string Tried(LibraryLookup lookup) => string.Join(", ", lookup.Tried);
}
