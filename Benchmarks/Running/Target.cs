using Ssgan.Benchmarks.Kit;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Benchmarks.Running;

/// <summary>A device that items run on.</summary>
/// <param name="Name">"cpu" or "cuda".</param>
/// <param name="Precisions">What it has of what was asked for.</param>
/// <param name="Machine">What it is.</param>
/// <param name="Open">Opens it for a precision; whoever asks disposes it.</param>
sealed record Target(string Name, IReadOnlyList<string> Precisions, Machine Machine, Func<string, Device> Open)
{
    public bool IsCard => Name == "cuda";

    /// <summary>The devices of this machine that were asked for; a sentence for each that is missing.</summary>
    public static List<Target> Find(BenchOptions options, ISymbolSource libraries, List<string> notes)
    {
        var targets = new List<Target>();
        if (options.Devices.Contains("cpu"))
        {
            string[] precisions = [.. options.Precisions.Where(static p => p == "f32")];
            if (precisions.Length == 0) notes.Add("The CPU computes in f32 only, so it has no rows.");
            else targets.Add(new("cpu", precisions, About.Host(), _ => new Device(new CpuBackend(options.Threads))));
        }
        if (!options.Devices.Contains("cuda")) return targets;
        var driver = libraries.Open(CudaLibrary.Driver);
        if (driver.Path is null)
        {
            notes.Add(
                $"There are no rows for cuda: this machine has no NVIDIA driver (looked for {string.Join(", ", driver.Tried)}).");
            return targets;
        }
        try
        {
            using var card = new CudaBackend(libraries);
            string[] precisions = [.. options.Precisions.Where(p => p == "f32" || card.Properties.Supports(8, 0))];
            if (precisions.Length < options.Precisions.Count)
                notes.Add($"{card.Properties.Name} has neither tf32 nor bf16, so there are no rows for them.");
            if (precisions.Length > 0) targets.Add(new("cuda", precisions, About.Card(card), OpenCard));
        }
        catch (DeviceException e)
        {
            notes.Add($"There are no rows for cuda: {e.Message}");
        }
        return targets;

        Device OpenCard(string precision) =>
            new(new CudaBackend(libraries, options: About.Fastest with { AllowTf32 = precision == "tf32" }));
    }
}
