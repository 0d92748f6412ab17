using Ssgan.Engine.Kernels;
using Ssgan.Engine.Serialization.Onnx;
using Ssgan.Gan.Models;

namespace Ssgan.Gan.Interop;

/// <summary>
/// Generators and discriminators as ONNX models: "z" (batch, latent) to "images" (batch, 3, S, S) in [−1, 1], and "images" to
/// "logits" (batch, 1), large where they look real; of conditional ones with "labels", int32 (batch).
/// </summary>
public static class OnnxNetworks
{
    /// <summary>Writes a generator.</summary>
    /// <param name="path">The file.</param>
    /// <param name="generator">The network; it is run in evaluation.</param>
    /// <param name="metadata">What the model says of itself; null for nothing.</param>
    /// <exception cref="NotSupportedException">It has something that is not exported, see <see cref="OnnxExport"/>.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, Generator generator, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(generator);
        OnnxExport.Save(path, generator, Inputs(new OnnxInput("z", new Shape(generator.LatentSize)), generator.Classes),
            inputs => [("images", generator.Forward(new Latent(inputs[0], inputs.ElementAtOrDefault(1))))], metadata);
    }

    /// <summary>Writes a discriminator. A head for rotations is the output "rotation" (batch, K), logits too.</summary>
    /// <param name="path">The file.</param>
    /// <param name="discriminator">The network; it is run in evaluation.</param>
    /// <param name="metadata">What the model says of itself; null for nothing.</param>
    /// <exception cref="NotSupportedException">It has something that is not exported, see <see cref="OnnxExport"/>.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, Discriminator discriminator, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(discriminator);
        int size = discriminator.Size;
        OnnxExport.Save(path, discriminator, Inputs(new OnnxInput("images", new Shape(size, size, 3)), discriminator.Classes),
            inputs =>
            {
                var output = discriminator.Forward(inputs[0], inputs.ElementAtOrDefault(1));
                return output.Rotation is { } rotation ? [("logits", output.Logits), ("rotation", rotation)]
                    : [("logits", output.Logits)];
            }, metadata);
    }

    static OnnxInput[] Inputs(OnnxInput input, int classes) =>
        classes > 0 ? [input, new("labels", new Shape(), DType.I32)] : [input];
}
