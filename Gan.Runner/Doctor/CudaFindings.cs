using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace Ssgan.Runner.Doctor;

/// <summary>
/// The doctor's checks of NVIDIA's driver, cards and libraries. A machine without them is whole: it trains on the CPU.
/// </summary>
static class CudaFindings
{
    public static IEnumerable<Finding> Examine(DoctorProbes probes)
    {
        var driver = probes.Devices.GpuDriver;
        if (driver.Path is null)
        {
            yield return new("cuda", FindingState.Note,
                $"no NVIDIA driver, so training runs on the CPU; looked for {Tried(driver)}. "
                + "A card of the Turing generation or newer needs its driver and nothing else");
            yield break;
        }
        yield return new("cuda", FindingState.Note, $"the NVIDIA driver's library is {driver.Path}");
        var (card, failure) = Open(probes.Devices);
        if (failure is not null)
        {
            yield return failure;
            yield break;
        }
        using var device = card!;
        yield return device.Unfit is { } why
            ? new("gpu", FindingState.Broken, $"{device.Describe()}; {why}", "use --device cpu, or a newer card")
            : new("gpu", FindingState.Good, device.Describe());
        foreach (var library in device.Libraries) yield return Library(library);
        yield return DoctorReport.Try("gpu engine", "a convolution and its gradients are exact on the card",
            () => DoctorProbes.ConvolveAndDifferentiate(device),
            "run doctor --full, which names the first operation that differs, and update the driver");
        yield return DoctorReport.Try("gpu speed", null, () => probes.MeasureCard(device),
            "close what else uses the card and try again");
    }

    static (Device? Card, Finding? Failure) Open(Devices devices)
    {
        try
        {
            return (devices.OpenGpu(), null);
        }
        catch (DeviceException e)
        {
            return (null,
                new("gpu", FindingState.Broken, e.Message, "check that nvidia-smi shows the card, and update the driver"));
        }
    }

    static Finding Library(LibraryUse library)
    {
        string own = $"the engine's own kernels do the {library.Use}, slower";
        if (library.Lookup.Path is not { } path)
            return new(library.Name, FindingState.Note, $"not found, so {own}; looked for {Tried(library.Lookup)}");
        return library.Version is { } version
            ? new(library.Name, FindingState.Good, $"{version} at {path}, for {library.Use}")
            : new(library.Name, FindingState.Note, $"{path} cannot be used, so {own}");
    }

    static string Tried(LibraryLookup lookup) => string.Join(", ", lookup.Tried);
}
