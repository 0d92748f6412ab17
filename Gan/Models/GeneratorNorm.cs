using Ssgan.Engine;
using Ssgan.Engine.Nn;

namespace Ssgan.Gan.Models;

/// <summary>What scale and shift of a generator's batch norm go by: themselves, the class, or the noise.</summary>
/// <param name="Classes">Classes with a scale and a shift each; 0 for none.</param>
/// <param name="LatentSize">Length of the noise that scale and shift are functions of; 0 for none.</param>
public readonly record struct GeneratorNorm(int Classes = 0, int LatentSize = 0)
{
    /// <summary>A layer of this kind, and how it normalises (N, H, W, C), with ReLU in the same pass.</summary>
    internal (Module Layer, Func<Tensor, Latent, Tensor> Forward) Create(Rng random, int channels)
    {
        if (Classes > 0)
        {
            var byClass = new ConditionalBatchNorm2d(random, Classes, channels);
            return (byClass, (x, latent) => byClass.Forward(x, latent.Labels!, relu: true));
        }
        if (LatentSize > 0)
        {
            var byNoise = new SelfModulatedBatchNorm2d(random, LatentSize, channels);
            return (byNoise, (x, latent) => byNoise.Forward(x, latent.Z, relu: true));
        }
        var plain = new BatchNorm2d(random.Device, channels);
        return (plain, (x, _) => plain.Forward(x, relu: true));
    }
}
