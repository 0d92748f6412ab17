using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;

namespace Ssgan.Gan.Training;

/// <summary>The arithmetic that a run can ask for by name, and what that means on a device.</summary>
public static class Arithmetic
{
    /// <summary>
    /// "f32": everything in F32. "tf32": products and convolutions of F32 tensors round their operands to TF32. "bf16":
    /// activations, and the operands of products and convolutions, are BF16. Sums inside a product are F32 in each; so are
    /// weights, optimizers, statistics, reductions and losses.
    /// </summary>
    public static IReadOnlyList<string> Names { get; } = ["f32", "tf32", "bf16"];

    /// <summary>Element type of the networks' activations.</summary>
    public static DType Activations(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name == "bf16" ? DType.BF16 : DType.F32;
    }

    /// <summary>What is computed in what, for the log.</summary>
    public static string Describe(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name switch
        {
            "tf32" => "tf32 products, f32 otherwise",
            "bf16" => "bf16 activations and products, f32 weights and sums",
            _ => name,
        };
    }

    /// <summary>Why a device does not have the arithmetic, in words that follow its name; null if it does.</summary>
    public static string? Refusal(Device device, string name)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(name);
        if (name == "f32") return null;
        if (device.Backend is not CudaBackend cuda)
            return $"needs a GPU; {(device.Name == "cpu" ? "the CPU" : device.Name)} computes in f32";
        var card = cuda.Properties;
        // Older cards have no tensor cores for either: TF32 would silently be F32, and BF16 slower than F32.
        return card.Supports(8, 0) ? null
            : $"needs compute capability 8.0; {device.Name} has {card.Major}.{card.Minor}, so use f32";
    }

    /// <summary>Makes a device compute as asked; tensors' own types are the networks' affair.</summary>
    /// <exception cref="TrainingException">The device has no such arithmetic.</exception>
    public static void Apply(Device device, string name)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(name);
        if (Refusal(device, name) is { } why) throw new TrainingException($"The precision {name} {why}.");
        if (device.Backend is CudaBackend cuda) cuda.AllowTf32 = name == "tf32";
    }
}
