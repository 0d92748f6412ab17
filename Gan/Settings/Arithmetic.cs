using Ssgan.Engine;
using Ssgan.Engine.Kernels;

namespace Ssgan.Gan.Settings;

/// <summary>The precisions that a run can ask for by name.</summary>
public static class Arithmetic
{
    /// <summary>The names: "f32", "tf32", "bf16".</summary>
    public static IReadOnlyList<string> Names { get; } = ["f32", "tf32", "bf16"];

    /// <summary>What a name stands for.</summary>
    /// <exception cref="ArgumentException">It is none of <see cref="Names"/>.</exception>
    public static Precision Parse(string name) => name switch
    {
        null => throw new ArgumentNullException(nameof(name)),
        "f32" => Precision.F32,
        "tf32" => Precision.Tf32,
        "bf16" => Precision.Bf16,
        _ => throw new ArgumentException($"The precision is {name}; it must be one of {string.Join(", ", Names)}.", nameof(name)),
    };

    /// <summary>Element type of the networks' activations.</summary>
    public static DType Activations(string name) => Parse(name) == Precision.Bf16 ? DType.BF16 : DType.F32;

    /// <summary>What is computed in what, for the log.</summary>
    public static string Describe(string name) => Parse(name) switch
    {
        Precision.Tf32 => "tf32 products, f32 otherwise",
        Precision.Bf16 => "bf16 activations and products, f32 weights and sums",
        _ => name,
    };

    /// <summary>Why a device does not have the arithmetic, in words that follow its name; null if it does.</summary>
    public static string? Refusal(Device device, string name)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.WhyNot(Parse(name));
    }

    /// <summary>Makes a device compute as asked; tensors' own types are the networks' affair.</summary>
    /// <exception cref="TrainingException">The device has no such arithmetic.</exception>
    public static void Apply(Device device, string name)
    {
        if (Refusal(device, name) is { } why) throw new TrainingException($"The precision {name} {why}.");
        device.Use(Parse(name));
    }
}
